" Job files of Upstart @VERSION@. Made from the table of stanzas.
if exists('b:current_syntax')
  finish
endif
let s:keep = &cpoptions
set cpoptions&vim

let b:is_posix = 1
syntax include @upstartShell syntax/sh.vim
unlet! b:current_syntax
syntax case match

" A word where a stanza should begin. What follows has priority.
syntax match upstartUnknown "\%(\\\n\s*\)\@<!\%(^\s*\)\@<=[^#[:space:]]\+"
syntax match upstartComment "#.*$" contains=upstartTodo,@Spell
syntax keyword upstartTodo contained TODO FIXME XXX
syntax region upstartString start=+"+ skip=+\\\\+ end=+"+ contains=upstartVariable,@Spell
syntax region upstartString start=+'+ skip=+\\\\+ end=+'+ contains=upstartVariable,@Spell
syntax match upstartVariable "\$\h\w*\|\${[^}]*}"

" Stanzas, each with the words that may follow.
@STANZAS@

" Conditions: they continue within parentheses.
syntax region upstartCondition contained start="\S" end="$" contains=upstartParentheses,@upstartOperand
syntax region upstartParentheses contained transparent start="(" end=")" contains=upstartParentheses,@upstartOperand
syntax match upstartOperator contained "\%(^\|\s\|[()]\)\@1<=\%(and\|or\)\ze\%(\s\|[()]\|$\)"
syntax match upstartKey contained "\<\h\w*\ze!\==" nextgroup=upstartOperator
syntax match upstartEvent contained "\%(^\|\s\|[()]\)\@1<=\%(@EVENTS@\)\ze\%(\s\|[()]\|$\)"
syntax cluster upstartOperand contains=upstartOperator,upstartKey,upstartEvent,upstartString,upstartVariable,upstartComment

" Commands and scripts.
syntax region upstartCommand contained start="\S" skip="\\$" end="$" contains=@upstartShell
syntax region upstartScript matchgroup=upstartStanza keepend contains=@upstartShell
  \ start="^\s*\%(\%(pre\|post\)-\%(start\|stop\)\s\+\)\=script\s*\%(#.*\)\=$"
  \ end="^\s*end\s\+script\s*\%(#.*\)\=$"

highlight default link upstartUnknown Error
highlight default link upstartComment Comment
highlight default link upstartTodo Todo
highlight default link upstartString String
highlight default link upstartVariable Identifier
highlight default link upstartStanza Statement
highlight default link upstartWord Type
highlight default link upstartOperator Operator
highlight default link upstartKey Identifier
highlight default link upstartEvent Constant

syntax sync minlines=200
let b:current_syntax = 'upstart'
let &cpoptions = s:keep
unlet s:keep
