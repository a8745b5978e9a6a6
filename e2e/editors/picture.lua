-- Shows a Dockerfile in Neovim with its diagnostics and what can be done about one of them, for
-- a picture: DOCKMEND=path nvim --clean -c 'luafile e2e/editors/picture.lua' Dockerfile
vim.o.termguicolors = true
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.laststatus = 0
vim.cmd('colorscheme default | set background=light | syntax on')
vim.cmd('hi DiagnosticVirtualTextWarn guifg=#9a6700 | hi DiagnosticVirtualTextError guifg=#cf222e | hi DiagnosticWarn guifg=#9a6700 | hi DiagnosticError guifg=#cf222e')
vim.diagnostic.config({ virtual_text = { format = function(d) return d.code .. ': ' .. d.message:gsub('[,;].*', '') end } })
local client = vim.lsp.start_client({ name = 'dockmend', cmd = { os.getenv('DOCKMEND'), 'lsp', '--shellcheck', 'off' }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, client)
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 20)
vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(0), 5 })
vim.schedule(function() vim.lsp.buf.code_action() end)
