#!/usr/bin/env node
"use strict";

// Starts the program that npm installed for this platform.
const { spawnSync } = require("node:child_process");
const path = require("node:path");

const name = `@dockmend/${process.platform}-${process.arch}`;
let folder;
try {
  folder = path.dirname(require.resolve(`${name}/package.json`));
} catch {
  console.error(
    `dockmend: the package ${name} is not installed. Either there is no dockmend for this platform, ` +
      "or npm was told to leave optional dependencies out (--omit=optional, --no-optional).",
  );
  process.exit(2);
}

const program = path.join(folder, "bin", process.platform === "win32" ? "dockmend.exe" : "dockmend");
const result = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (result.error) {
  console.error(`dockmend: cannot run ${program}: ${result.error.message}`);
  process.exit(2);
}
if (result.signal) {
  process.kill(process.pid, result.signal);
}
process.exit(result.status);
