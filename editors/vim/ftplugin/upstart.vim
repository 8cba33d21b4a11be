" Settings for job files of Upstart.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s formatoptions-=t formatoptions+=croql
" `:make` checks the file and jumps to the mistake.
setlocal makeprg=init-checkconf\ % errorformat=%EERROR:\ File\ %f:\ %.%#,%Zinit:%*[^:]:%l:\ %m,%-G%.%#
let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< makeprg< errorformat<'
