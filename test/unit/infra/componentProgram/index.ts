import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../../../infra/component";

class Box extends Component {
  constructor(name: string, child: string) {
    super("test:Box", name);
    new aws.cloudwatch.LogGroup(child, {}, this.child);
    this.registerOutputs();
  }
}

new Box("box", new pulumi.Config().require("child"));
