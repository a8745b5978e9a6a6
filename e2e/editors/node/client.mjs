// A client made of VS Code's own protocol library replays steps that were recorded, and holds
// the answers against the recorded ones.
//
//   node client.mjs PROGRAM steps.jsonl           replays
//   node client.mjs PROGRAM steps.jsonl --record  makes the steps anew
//
// A step is a line: the method, its parameters and, of a request, the answer in short. ROOT
// stands for the folder.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import rpc from 'vscode-jsonrpc/node.js'
import protocol from 'vscode-languageserver-protocol'

const [program, file, record] = process.argv.slice(2)
const files = {
  'Dockerfile': 'FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nFROM debian:12\nCOPY --from=build /app /app\nCMD /app\n',
  '.dockerignore': '*.log\n',
  'compose.yaml': 'services:\n  web:\n    build: .\n    depends_on: [db]\n  db:\n    image: postgres:17\n',
  'app.txt': '',
}
const root = realpathSync(mkdtempSync(join(tmpdir(), 'dockmend-node-')))
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
mkdirSync(join(root, '.git'))
const rootURI = pathToFileURL(root).toString()
const out = (x) => JSON.parse(JSON.stringify(x).replaceAll(rootURI, 'ROOT'))
const into = (x) => JSON.parse(JSON.stringify(x).replaceAll('ROOT', rootURI))

// short is an answer without the words, which change for good reasons.
function short(method, answer) {
  const at = (r) => r && [r.start.line, r.start.character, r.end.line, r.end.character].join(':')
  if (answer === null || answer === undefined) return null
  switch (method) {
    case 'textDocument/diagnostic': return answer.items.map((d) => `${at(d.range)} ${d.severity} ${d.code}`)
    case 'textDocument/codeAction': return answer.map((a) => `${a.kind} ${a.title.replace(/:.*/, '')}`)
    case 'textDocument/hover': return at(answer.range) ?? 'shown'
    case 'textDocument/completion': return answer.items.slice(0, 5).map((i) => i.label)
    case 'textDocument/definition': case 'textDocument/references': return out(answer).map((l) => `${l.uri} ${at(l.range)}`)
    case 'textDocument/documentSymbol': return answer.map((s) => `${s.name} ${at(s.range)} ${(s.children ?? []).length}`)
  }
  return out(answer)
}

// made are steps as somebody takes them: typing, asking, moving between files.
function* made() {
  let seed = 1
  const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n }
  const text = {}, version = {}
  const pieces = ['RUN apt-get update\n', 'ENV PASSWORD=hunter2hunter2\n', '# dockmend ignore=latest-tag -- why\n', 'FROM alpine:latest AS x\n', 'CMD sleep 5\n', 'COPY --from=build /a /b\n', '*.txt\n', '    privileged: true\n', 'ö😀\n', ' \\\n', 'ARG TAG\nRUN echo $TAG\n']
  const names = ['Dockerfile', 'compose.yaml', '.dockerignore']
  for (const name of names) {
    text[name] = files[name]
    version[name] = 1
    yield { method: 'textDocument/didOpen', params: { textDocument: { uri: `ROOT/${name}`, languageId: name === 'Dockerfile' ? 'dockerfile' : 'plaintext', version: 1, text: files[name] } } }
  }
  for (let i = 0; i < 330; i++) {
    const name = names[random(5) < 3 ? 0 : random(3)]
    const lines = text[name].split('\n')
    const line = random(lines.length), character = random(lines[line].length + 1)
    const position = { line, character }, textDocument = { uri: `ROOT/${name}` }
    switch (random(10)) {
      case 0: case 1: case 2: case 3: { // an edit
        const insert = random(4) > 0
        const range = insert ? { start: { line, character: 0 }, end: { line, character: 0 } } : { start: position, end: { line, character: Math.min(character + 3, lines[line].length) } }
        const now = insert ? pieces[random(pieces.length)] : ''
        lines[line] = lines[line].slice(0, range.start.character) + now + lines[line].slice(range.end.character)
        text[name] = lines.join('\n')
        if (text[name].length > 1500) { // begin again
          text[name] = files[name]
          yield { method: 'textDocument/didChange', params: { textDocument: { ...textDocument, version: ++version[name] }, contentChanges: [{ text: files[name] }] } }
        } else {
          yield { method: 'textDocument/didChange', params: { textDocument: { ...textDocument, version: ++version[name] }, contentChanges: [{ range, text: now }] } }
        }
        break
      }
      case 4: case 5: yield { method: 'textDocument/diagnostic', params: { textDocument } }; break
      case 6: yield { method: 'textDocument/codeAction', params: { textDocument, range: { start: position, end: position }, context: { diagnostics: [] } } }; break
      case 7: yield { method: 'textDocument/hover', params: { textDocument, position } }; break
      case 8: yield { method: 'textDocument/completion', params: { textDocument, position } }; break
      case 9: yield random(2) ? { method: 'textDocument/definition', params: { textDocument, position } } : { method: 'textDocument/documentSymbol', params: { textDocument } }
    }
  }
}

const server = spawn(program, ['lsp', '--shellcheck', 'off', '--as-of', '2026-11-30'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
const connection = protocol.createProtocolConnection(new rpc.StreamMessageReader(server.stdout), new rpc.StreamMessageWriter(server.stdin))
connection.listen()
await connection.sendRequest(protocol.InitializeRequest.type, {
  processId: process.pid, rootUri: rootURI, workspaceFolders: null,
  capabilities: { textDocument: { diagnostic: {}, documentSymbol: { hierarchicalDocumentSymbolSupport: true } }, workspace: { applyEdit: true } },
})
await connection.sendNotification(protocol.InitializedNotification.type, {})

const steps = record === '--record' || !existsSync(file) ? [...made()] : readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
let wrong = 0, answered = 0
const kept = []
for (const [i, step] of steps.entries()) {
  const { method, params } = step
  if (/did(Open|Change|Close|Save)/.test(method)) {
    await connection.sendNotification(method, into(params))
    kept.push({ method, params })
    continue
  }
  const answer = short(method, await connection.sendRequest(method, into(params)))
  answered++
  kept.push({ method, params, answer })
  if (record !== '--record' && JSON.stringify(answer) !== JSON.stringify(step.answer)) {
    wrong++
    console.error(`step ${i + 1}, ${method} ${JSON.stringify(params)}:\n  got  ${JSON.stringify(answer)}\n  want ${JSON.stringify(step.answer)}`)
  }
}
await connection.sendRequest(protocol.ShutdownRequest.type)
await connection.sendNotification(protocol.ExitNotification.type)
const code = await new Promise((done) => server.on('exit', done))
rmSync(root, { recursive: true })
if (record === '--record') writeFileSync(file, kept.map((s) => JSON.stringify(s)).join('\n') + '\n')
console.log(`${steps.length} steps, ${answered} answers, ${wrong} of them wrong; the server ended with ${code}`)
process.exit(wrong || code || steps.length < 300 ? 1 : 0)
