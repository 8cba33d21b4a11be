# Completion for fish. The build fills in the tables, from those of the commands and options (packages/ctl/src/completions).

# The words of a kind, one a line; none where no init answers.
function __upstart_words --argument-names kind
    set -l scope (commandline -opc | string match -r -- '^--(?:user|system|session)$')[1]
    switch $kind
@WORDS@
    end
end

# The words of the line that are no options.
function __upstart_plain
    set -l words (commandline -opc)
    string match -v -- '-*' $words[2..-1]
end

# Whether the line has this command; an empty one: whether it has none yet.
function __upstart_at --argument-names command
    set -l words (__upstart_plain)
    test "$words[1]" = "$command"
end

# Whether no more words than this stand before the one that is completed.
function __upstart_behind --argument-names most
    test (count (__upstart_plain)) -le $most
end

# Whether the first word behind the command is one of these.
function __upstart_head
    set -l words (__upstart_plain)
    contains -- "$words[2]" $argv
end

@LINES@
