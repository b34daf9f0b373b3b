import * as commander from "commander";

/** Says nothing of the default of a flag: it is that the flag isn't given. */
class Help extends commander.Help {
  override optionDescription(option: commander.Option): string {
    const shown = Object.create(option) as commander.Option;
    if (option.defaultValue === false) shown.defaultValue = undefined;
    return super.optionDescription(shown);
  }
}

/** A command of this project. */
export class Command extends commander.Command {
  override createCommand(name?: string): Command {
    return new Command(name);
  }

  override createHelp(): commander.Help {
    return Object.assign(new Help(), this.configureHelp());
  }
}
