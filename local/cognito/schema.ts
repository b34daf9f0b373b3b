import type { SchemaAttribute } from "./inputs";

const base = { developerOnlyAttribute: false, mutable: true, required: false } as const;

const text = (name: string, minLength = "0", maxLength = "2048"): SchemaAttribute => ({
  ...base,
  name,
  attributeDataType: "String",
  stringAttributeConstraints: { minLength, maxLength },
});

/** The attributes that every pool has. */
const standardAttributes: readonly SchemaAttribute[] = [
  { ...text("sub", "1"), mutable: false, required: true },
  ...["name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"].map((name) =>
    text(name),
  ),
  ...["profile", "picture", "website", "email", "gender", "zoneinfo"].map((name) => text(name)),
  ...["locale", "phone_number", "address"].map((name) => text(name)),
  text("birthdate", "10", "10"),
  { ...base, name: "email_verified", attributeDataType: "Boolean" },
  { ...base, name: "phone_number_verified", attributeDataType: "Boolean" },
  { ...base, name: "updated_at", attributeDataType: "Number", numberAttributeConstraints: { minValue: "0" } },
];

/** A pool's whole schema: the standard attributes, changed where it says so, and its own by the name `custom:…`. */
export function wholeSchema(own: readonly SchemaAttribute[]): SchemaAttribute[] {
  const isStandard = (name: string) => standardAttributes.some((standard) => standard.name === name);
  return [
    ...standardAttributes.map((standard) => own.find(({ name }) => name === standard.name) ?? standard),
    ...own.filter(({ name }) => !isStandard(name)).map((one) => ({ ...one, name: `custom:${one.name}` })),
  ];
}
