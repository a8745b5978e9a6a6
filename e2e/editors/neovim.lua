-- Somebody types a mistake in Neovim, sees it, applies the fix, and takes it back. Run as
--   DOCKMEND=path nvim --headless --clean -c 'luafile e2e/editors/neovim.lua'
-- in an empty folder. It prints what it saw, and ends with 1 where that is not what it should be.

local function fail(what)
  io.stderr:write('FAILED: ' .. what .. '\n')
  vim.cmd('cquit 1')
end

local function say(what)
  io.stdout:write(what .. '\n')
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    fail(what .. '; the diagnostics are ' .. vim.inspect(vim.diagnostic.get(0)))
  end
  say('ok: ' .. what)
end

local function codes()
  local all = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    table.insert(all, d.code)
  end
  table.sort(all)
  return table.concat(all, ' ')
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
end

vim.cmd('edit Dockerfile')
local client = vim.lsp.start_client({ name = 'dockmend', cmd = { os.getenv('DOCKMEND'), 'lsp', '--shellcheck', 'off' }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, client)
wait('the server is attached', function()
  local c = vim.lsp.get_client_by_id(client)
  return c and c.initialized
end)

-- Type a mistake, key by key.
vim.cmd('set noautoindent formatoptions=')
vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes('iFROM debian:12<CR># ö😀<CR>CMD sleep 5<Esc>', true, false, true), 'tx', false)
local mistake = 'FROM debian:12\n# ö😀\nCMD sleep 5'
wait('the mistake is shown', function() return codes() == 'shell-form-command' end)
local found = vim.diagnostic.get(0)[1]
if found.lnum ~= 2 or found.col ~= 4 or found.end_col ~= 11 then
  fail('the mistake is at ' .. vim.inspect(found))
end

-- Ask for what can be done, and apply the fix.
vim.api.nvim_win_set_cursor(0, { 3, 5 })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = {} }
local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 20000)
local actions = answers[client].result
for _, a in ipairs(actions) do
  say('action: ' .. a.title)
end
-- Each key of a person begins a step of its own to undo; what a script does is one step.
vim.cmd('let &undolevels = &undolevels')
local c = vim.lsp.get_client_by_id(client)
vim.lsp.util.apply_workspace_edit(actions[1].edit, c.offset_encoding)
wait('the fix is applied', function() return text() == 'FROM debian:12\n# ö😀\nCMD ["sleep", "5"]' end)
wait('nothing is shown any more', function() return codes() == '' end)

-- Take it back.
vim.cmd('undo')
wait('the fix is taken back', function() return text() == mistake end)
wait('the mistake is shown again', function() return codes() == 'shell-form-command' end)

-- A name, a page and a completion.
local hover = vim.lsp.buf_request_sync(0, 'textDocument/hover', vim.lsp.util.make_position_params(), 20000)[client].result
if not hover.contents.value:find('shell%-form%-command') then
  fail('the page is ' .. vim.inspect(hover))
end
say('ok: the page of the rule')

vim.lsp.stop_client(client)
wait('the server has ended', function() return vim.lsp.get_client_by_id(client) == nil end)
vim.cmd('quitall!')
