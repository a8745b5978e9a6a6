\x3a:add-matcher::m.json:1:6: error: %0A::set-output name=x::y\n::set-output name=x::y [shell-form-command (DL3025)]
a,b:c|d`e<f>\n::error::x\x1b[2J/Dockerfile:1:11: error: @octocat #1 www.evil.example ![x](y) *b* _i_ ~~s~~ $A$ \| \x1b]8;;x\x07 #\x23vso[task.x] [shell-form-command (DL3025)]
a,b:c|d`e<f>\n::error::x\x1b[2J/Dockerfile:1:43: error: <img src=x onerror=y> &lt; </details> [shell-form-command (DL3025)]
dockmend: x,y:\n: rule crashed\ngoroutine 1\n::error::x #\x23[add-mask]y
