# Completion of initctl and its links for fish. Installed as vendor_completions.d/{initctl,start,stop,restart,reload}.fish.

# Jobs whose second word in `initctl list` fits the regular expression.
function __upstart_jobs --argument-names states
    initctl list 2>/dev/null | awk -v states="$states" '/^[^\t]/ { s = $0; sub(/,.*/, "", s); n = split(s, w, " "); if (w[n] ~ states) { sub(/ [^ ]*$/, "", s); sub(/ \(.*\)$/, "", s); print s } }' | sort -u
end

function __upstart_commands
    initctl help --all 2>/dev/null | awk '/^  [a-z]/ { print $1 }'
end

# Whether the command line is about one of the commands, called by its link or through initctl, and has no job yet.
function __upstart_needs_job
    set -l words (commandline -opc | string match -v -- '-*')
    if test (basename $words[1]) = initctl
        set -e words[1]
    end
    test (count $words) -eq 1; and contains (basename $words[1]) $argv
end

for program in initctl start stop restart reload status
    complete -c $program -f
    complete -c $program -l help -d 'display help'
    complete -c $program -l version -d 'display the version'
    complete -c $program -s q -l quiet -d 'errors only'
    complete -c $program -s v -l verbose -d 'more information'
    complete -c $program -l user -d 'the init of the session'
    complete -c $program -l system -d 'the init of the system'
    complete -c $program -n '__upstart_needs_job start' -a '(__upstart_jobs "^stop/waiting")'
    complete -c $program -n '__upstart_needs_job stop restart reload' -a '(__upstart_jobs "^start/")'
    complete -c $program -n '__upstart_needs_job status usage explain log show-config check-config' -a '(__upstart_jobs .)'
end
for program in start stop restart
    complete -c $program -s n -l no-wait -d 'do not wait'
    complete -c $program -l timeout -x -d 'wait so many seconds at most'
end
complete -c status -l json -d 'print JSON'
complete -c status -l lsb -d 'exit as init scripts do'

complete -c initctl -n __fish_is_first_token -a '(__upstart_commands)'
complete -c initctl -n '__fish_seen_subcommand_from start stop restart emit' -s n -l no-wait -d 'do not wait'
complete -c initctl -n '__fish_seen_subcommand_from start stop restart emit' -l timeout -x -d 'wait so many seconds at most'
complete -c initctl -n '__fish_seen_subcommand_from explain' -l event -x -d 'what blocks the events of this name'
complete -c initctl -n '__fish_seen_subcommand_from list status usage version explain watch show-config' -l json -d 'print JSON'
complete -c initctl -n '__fish_seen_subcommand_from status' -l lsb -d 'exit as init scripts do'
complete -c initctl -n '__fish_seen_subcommand_from log' -s f -l follow -d 'keep printing new output'
complete -c initctl -n '__fish_seen_subcommand_from log' -s n -l lines -x -d 'how many lines'
complete -c initctl -n '__fish_seen_subcommand_from show-config' -s e -l enumerate -d 'events one by one'
complete -c initctl -n '__fish_seen_subcommand_from check-config' -s w -l warn -d 'check both sides of or'
complete -c initctl -n '__fish_seen_subcommand_from check-config' -s i -l ignore-events -x -d 'accept these events'
complete -c initctl -n '__fish_seen_subcommand_from get-env set-env unset-env list-env reset-env' -s g -l global -d 'for all jobs'
complete -c initctl -n '__fish_seen_subcommand_from set-env' -s r -l retain -d 'keep values'
complete -c initctl -n '__fish_seen_subcommand_from log-priority' -a 'debug info message warn error fatal'
complete -c initctl -n '__fish_seen_subcommand_from help' -l all -d 'new commands, too'
