// Prints how many logging commands Azure Pipelines' own library reads from a log: azure.js FILE
const fs = require("fs");
const { commandFromString } = require("azure-pipelines-task-lib/taskcommand");

let read = 0;
for (const line of fs.readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!line.startsWith("##vso[")) continue;
  const { command, message } = commandFromString(line);
  if (command !== "task.logissue" || !message) throw new Error(line);
  read++;
}
console.log(`azure\t${read}`);
