# Completion for bash. The build fills in the tables, from those of the commands and options (packages/ctl/src/completions).

# The words of a kind, one a line; none where no init answers. `scope` names the init.
_upstart_words() {
    case $1 in
@WORDS@
    esac
}

# Sets what is completed behind a program, or behind a command of it: `options`; `values`, the options that take a value,
# each with the kind of it; `kind`, that of the arguments, and `repeats`, whether all of them are of it; `first`, the kind of
# the first argument where that is another one; `behind`, first arguments, each with the kind of those behind it.
_upstart_row() {
    case $1 in
@ROWS@
        *) return 1 ;;
    esac
}

# Offers the words of the kind that fit: as text, since names of jobs and variables may be anything.
_upstart_offer() {
    local word list
    case $1 in
        none) ;;
        =*)
            list=${1#=}
            mapfile -t COMPREPLY < <(compgen -W "${list//,/ }" -- "$cur")
            ;;
        file)
            compopt -o filenames 2> /dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            ;;
        folder)
            compopt -o filenames 2> /dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            ;;
        *)
            while IFS= read -r word; do
                [[ $word != "$cur"* ]] || COMPREPLY+=("$(printf %q "$word")")
            done < <(_upstart_words "$1")
            ;;
    esac
}

_upstart() {
    local cur=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]##*/} scope= command= ended= count=0 head= i word value
    local options values kind repeats first behind
    COMPREPLY=()
    _upstart_row "$program" || return
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        # A = is a word of its own, and so is what follows it.
        if [[ $word == = ]]; then
            ((i++))
        elif [[ $ended || $word != -?* ]]; then
            if [[ ! $command ]] && ((count == 0)) && _upstart_row "$program $word"; then
                command=$word
            else
                ((count > 0)) || head=$word
                ((++count))
            fi
        elif [[ $word == -- ]]; then
            ended=1
        elif [[ $values == *" $word:"* ]]; then
            value=${values#*" $word:"}
            [[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
            if ((++i >= COMP_CWORD)); then
                cur=${cur#=}
                _upstart_offer "${value%% *}"
                return
            fi
            # A value with a = is several words, of which the last one is completed.
            if [[ ${COMP_WORDS[i + 1]} == = ]] && ((i + 2 >= COMP_CWORD)); then
                word=${COMP_WORDS[i]}=
                cur=$word${cur#=}
                _upstart_offer "${value%% *}"
                COMPREPLY=("${COMPREPLY[@]#"$word"}")
                return
            fi
        else
            case $word in --user | --system | --session) scope=$word ;; esac
        fi
    done
    if [[ ! $ended && $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        # An option that takes a value: no blank behind its =.
        [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2> /dev/null
    elif [[ $first ]] && ((count == 0)); then
        _upstart_offer "$first"
    elif [[ $repeats ]] || ((count == 0)); then
        if [[ $behind == *" $head:"* ]]; then
            kind=${behind#*" $head:"}
            kind=${kind%% *}
        fi
        _upstart_offer "$kind"
    fi
}

complete -F _upstart @PROGRAMS@
