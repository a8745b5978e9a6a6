// The extension starts `dockmend lsp` and hands documents to it. All else is the server's.
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { ExecuteCommandRequest, LanguageClient, type LanguageClientOptions, type ServerOptions, State } from 'vscode-languageclient/node'

let client: LanguageClient | undefined

/** The server's program: of the setting, with the extension, or in PATH. */
export function findProgram(setting: string, extensionFolder: string): string {
  if (setting !== '') {
    return setting
  }
  const name = process.platform === 'win32' ? 'dockmend.exe' : 'dockmend'
  const own = join(extensionFolder, 'bin', name)
  try {
    accessSync(own, constants.X_OK)
    return own
  } catch {
    return name
  }
}

/** What the server is told of. It leaves alone what is none of its kinds of files. */
const documents: LanguageClientOptions['documentSelector'] = [
  { language: 'dockerfile' }, { language: 'dockercompose' }, { language: 'yaml', scheme: 'file' }, { language: 'ignore', scheme: 'file' },
  { language: 'hcl', scheme: 'file' }, { scheme: 'file', pattern: '**/{docker-bake*.json,docker-bake*.hcl,*.dockerignore,.dockerignore}' },
]

async function start(context: vscode.ExtensionContext): Promise<void> {
  const settings = vscode.workspace.getConfiguration('dockmend')
  const command = findProgram(settings.get<string>('path', ''), context.extensionPath)
  const server: ServerOptions = { command, args: ['lsp', ...settings.get<string[]>('arguments', [])] }
  client = new LanguageClient('dockmend', 'dockmend', server, { documentSelector: documents })
  try {
    await client.start()
  } catch (error) {
    const install = 'How to install it'
    const chosen = await vscode.window.showErrorMessage(`dockmend: ${command} cannot be started: ${String(error)}`, install)
    if (chosen === install) {
      await vscode.env.openExternal(vscode.Uri.parse('https://github.com/dockmend/dockmend/blob/main/docs/install.md'))
    }
  }
}

async function stop(): Promise<void> {
  const was = client
  client = undefined
  if (was?.state === State.Running) {
    await was.stop()
  }
}

/** Asks the server to carry out a command for the document in front. */
async function execute(command: string): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri.toString()
  if (uri === undefined || client?.state !== State.Running) {
    return
  }
  try {
    await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [uri] })
  } catch (error) {
    void vscode.window.showErrorMessage(`dockmend: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand('dockmend.restart', async () => { await stop(); await start(context) }),
    vscode.commands.registerCommand('dockmend.fixFile', () => execute('dockmend.fixAll')),
    vscode.commands.registerCommand('dockmend.pinFile', () => execute('dockmend.pin')),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration('dockmend.path') || event.affectsConfiguration('dockmend.arguments')) {
        await stop()
        await start(context)
      }
    }),
  )
  await start(context)
}

export async function deactivate(): Promise<void> {
  await stop()
}
