// Loads the bundle as the editor's host does, with stand-ins for the editor, and looks at which
// program it starts: the setting's, the one that came along, or the one in PATH.
const assert = require('node:assert')
const { mkdtempSync, mkdirSync, writeFileSync, rmSync } = require('node:fs')
const Module = require('node:module')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

// Each name of the editor's interface is a class whose members are anything.
const anything = () => new Proxy(class {}, { get: (target, name) => (name in target || typeof name === 'symbol' ? target[name] : (target[name] = anything())) })
const load = Module._load
Module._load = (name, ...rest) => (name === 'vscode' ? anything() : load(name, ...rest))
const extension = require('../dist/extension.js')

const folder = mkdtempSync(join(tmpdir(), 'dockmend-vscode-'))
const name = process.platform === 'win32' ? 'dockmend.exe' : 'dockmend'
assert.equal(extension.findProgram('/opt/dockmend', folder), '/opt/dockmend')
assert.equal(extension.findProgram('', folder), name)
mkdirSync(join(folder, 'bin'))
writeFileSync(join(folder, 'bin', name), '', { mode: 0o755 })
assert.equal(extension.findProgram('', folder), join(folder, 'bin', name))
assert.equal(typeof extension.activate, 'function')
assert.equal(typeof extension.deactivate, 'function')
rmSync(folder, { recursive: true })

const described = require('../package.json')
for (const setting of ['dockmend.path', 'dockmend.arguments']) {
  assert.equal(described.contributes.configuration.properties[setting].scope, 'machine', `${setting} may be set by a repository`)
}
console.log('the bundle loads, and finds its program')
