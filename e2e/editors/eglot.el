;;; eglot.el --- a mistake, its diagnostic and its fix in Emacs -*- lexical-binding: t -*-
;; DOCKMEND=path emacs --batch -l e2e/editors/eglot.el, in an empty folder.
(require 'eglot)
(require 'flymake)
(define-derived-mode my-dockerfile-mode prog-mode "Dockerfile")
(add-to-list 'eglot-server-programs
             `(my-dockerfile-mode . (,(getenv "DOCKMEND") "lsp" "--shellcheck" "off")))
(setq eglot-sync-connect 20 eglot-autoreconnect nil eglot-confirm-server-initiated-edits nil)

(defun wait-for (what condition)
  (let ((end (+ (float-time) 20)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless (funcall condition)
      (message "FAILED: %s: %S" what (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
      (kill-emacs 1))
    (message "ok: %s" what)))

(find-file (expand-file-name "Dockerfile"))
(insert "FROM debian:12\n# ö😀\nCMD sleep 5\n")
(save-buffer)
(my-dockerfile-mode)
(call-interactively #'eglot)
(wait-for "the mistake is shown"
          (lambda () (flymake-start) (flymake-diagnostics)))
(let* ((diagnostic (car (flymake-diagnostics)))
       (actions (progn (goto-char (flymake-diagnostic-beg diagnostic))
                       (eglot-code-actions (flymake-diagnostic-beg diagnostic) (flymake-diagnostic-end diagnostic))))
       (fix (seq-find (lambda (a) (string-prefix-p "Fix: " (plist-get a :title))) actions)))
  (unless (equal "sleep 5" (buffer-substring (flymake-diagnostic-beg diagnostic) (flymake-diagnostic-end diagnostic)))
    (message "FAILED: the mistake is at %S" diagnostic)
    (kill-emacs 1))
  (message "action: %s" (plist-get fix :title))
  (eglot--apply-workspace-edit (plist-get fix :edit))
  (wait-for "the fix is applied"
            (lambda () (string-match-p "CMD \\[\"sleep\", \"5\"\\]" (buffer-string)))))
(eglot-shutdown (eglot-current-server))
