import { utils } from "ssh2";

/** An Ed25519 key pair in OpenSSH's form. */
export function makeKeyPair(): { private: string; public: string } {
  // The library drops the zero bytes that one public key in 256 begins with, and then can't read the pair itself.
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519");
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
