# Completion of initctl and its links for bash. Installed as bash-completion/completions/{initctl,start,stop,restart,reload,status}.

# Jobs whose second word in `initctl list` fits the extended regular expression $1.
_upstart_jobs() {
    initctl list 2> /dev/null | awk -v states="$1" '/^[^\t]/ { s = $0; sub(/,.*/, "", s); n = split(s, w, " "); if (w[n] ~ states) { sub(/ [^ ]*$/, "", s); sub(/ \(.*\)$/, "", s); print s } }' | sort -u
}

# Offers the words on standard input, one a line, that fit: as text, since names of jobs and variables may be anything.
_upstart_offer() {
    local word
    while IFS= read -r word; do
        [[ $word != "$cur"* ]] || COMPREPLY+=("$(printf %q "$word")")
    done
}

_upstart() {
    local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[0]##*/} i first=1
    local options='--help --version --quiet --verbose --user --system --session --dest='
    COMPREPLY=()
    if [[ $command == initctl ]]; then
        command=
        for ((i = 1; i < COMP_CWORD; i++)); do
            # The `=` of an option is a word, and so is its value.
            if [[ ${COMP_WORDS[i]} == = ]]; then ((i++)); continue; fi
            if [[ ${COMP_WORDS[i]} != -* ]]; then command=${COMP_WORDS[i]}; first=$((i + 1)); break; fi
        done
    fi
    if [[ $cur == -* ]]; then
        case $command in
            start | stop | restart | emit) options+=' --no-wait --timeout=' ;;
            list | version | usage | watch) options+=' --json' ;;
            explain) options+=' --json --event=' ;;
            status) options+=' --json --lsb' ;;
            log) options+=' --follow --lines=' ;;
            show-config) options+=' --enumerate --json' ;;
            check-config) options+=' --warn --ignore-events=' ;;
            set-env) options+=' --global --retain' ;;
            *-env) options+=' --global' ;;
            help) options+=' --all' ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        # An option that takes a value: no blank behind its `=`.
        [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2> /dev/null
        return
    fi
    # Only the first argument is a job.
    for ((i = first; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == = ]]; then ((i++)); continue; fi
        [[ ${COMP_WORDS[i]} == -* ]] || return
    done
    case $command in
        '') _upstart_offer < <(initctl help --all 2> /dev/null | awk '/^  [a-z]/ { print $1 }') ;;
        start) _upstart_offer < <(_upstart_jobs '^stop/waiting$') ;;
        stop | restart | reload) _upstart_offer < <(_upstart_jobs '^start/') ;;
        status | usage | explain | log | show-config | check-config) _upstart_offer < <(_upstart_jobs .) ;;
        log-priority) mapfile -t COMPREPLY < <(compgen -W 'debug info message warn error fatal' -- "$cur") ;;
        get-env | unset-env | set-env)
            _upstart_offer < <(initctl list-env 2> /dev/null | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p')
            ;;
    esac
}

complete -F _upstart initctl start stop restart reload status
