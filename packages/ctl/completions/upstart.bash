# Completion of initctl and its links for bash. Installed as bash-completion/completions/{initctl,start,stop,restart,reload,status}.

# Jobs whose second word in `initctl list` fits the extended regular expression $1.
_upstart_jobs() {
    initctl list 2> /dev/null | awk -v states="$1" '/^[^\t]/ { s = $0; sub(/,.*/, "", s); n = split(s, w, " "); if (w[n] ~ states) print $1 }' | sort -u
}

_upstart() {
    local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[0]##*/} i first=1
    local options='--help --version --quiet --verbose --user --system --session --dest='
    COMPREPLY=()
    if [[ $command == initctl ]]; then
        command=
        for ((i = 1; i < COMP_CWORD; i++)); do
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
        [[ ${COMP_WORDS[i]} == -* ]] || return
    done
    case $command in
        '') mapfile -t COMPREPLY < <(compgen -W "$(initctl help --all 2> /dev/null | awk '/^  [a-z]/ { print $1 }')" -- "$cur") ;;
        start) mapfile -t COMPREPLY < <(compgen -W "$(_upstart_jobs '^stop/waiting$')" -- "$cur") ;;
        stop | restart | reload) mapfile -t COMPREPLY < <(compgen -W "$(_upstart_jobs '^start/')" -- "$cur") ;;
        status | usage | explain | log | show-config | check-config)
            mapfile -t COMPREPLY < <(compgen -W "$(_upstart_jobs .)" -- "$cur")
            ;;
        log-priority) mapfile -t COMPREPLY < <(compgen -W 'debug info message warn error fatal' -- "$cur") ;;
        get-env | unset-env | set-env)
            mapfile -t COMPREPLY < <(compgen -W "$(initctl list-env 2> /dev/null | cut -d= -f1)" -- "$cur")
            ;;
    esac
}

complete -F _upstart initctl start stop restart reload status
