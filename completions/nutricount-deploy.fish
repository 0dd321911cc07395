# Completion of nutricount-deploy(1) for fish.

# Prints the command of this command line, and the configuration file that it names.
function __nutricount_deploy_words
    set -l takes_value -c --config --color --log-file --to --expect --timeout --wait --trigger \
        --delivery --spool --keep --reason --url --retries --interval --format --output \
        --deployments --signature --secret-file
    set -l command
    set -l config
    set -l previous
    for word in (commandline -opc)[2..]
        if test -n "$previous"
            contains -- $previous -c --config; and set config $word
            set previous
            continue
        end
        switch $word
            case '--config=*'
                set config (string replace -- --config= '' $word)
            case $takes_value
                set previous $word
            case '-c*'
                set config (string sub -s 3 -- $word)
            case '-*'
            case '*'
                set -q command[1]; or set command $word
        end
    end
    echo "$command"
    echo "$config"
end

function __nutricount_deploy_command_is
    test (__nutricount_deploy_words)[1] = "$argv"
end

# The program itself, with the configuration of this command line.
function __nutricount_deploy_ask
    set -l program (commandline -opc)[1]
    set program (string replace -r '^~/' "$HOME/" -- $program)
    set -l config (__nutricount_deploy_words)[2]
    set -l named
    test -n "$config"; and set named --config (string replace -r '^~/' "$HOME/" -- $config)
    command $program $named $argv 2>/dev/null </dev/null
end

# Whatever there is to go back to: deployments and backups.
function __nutricount_deploy_points
    __nutricount_deploy_ask rollback --list --json | awk -F '"' '
        /^ *"(code|data)": true/ { good = 1 }
        /^ *"commit":/ { commit = substr($4, 1, 7) }
        /^ *"id":/ { id = $4 }
        /^ *"outcome":/ { outcome = $4 }
        /^ *"verifiable": false/ { good = 0 }
        /^ *}/ { if (id != "" && good) print id "\t" outcome " " commit; id = ""; good = 0 }'
end

# What has a manifest to be compared to.
function __nutricount_deploy_backups
    __nutricount_deploy_ask backup --list --json | awk -F '"' '
        /^ *"backup":/ { id = $4 }
        /^ *"complete": true/ { print id }'
end

# Branches of the remote, and tags.
function __nutricount_deploy_revisions
    set -l settings (__nutricount_deploy_ask --print-config); or return
    set -l directory (string replace -rf '^app\.directory = "(.*)" *# .*' '$1' -- $settings)
    set -l remote (string replace -rf '^source\.remote = "(.*)" *# .*' '$1' -- $settings)
    begin
        git -C "$directory" for-each-ref --format='%(refname:lstrip=3)' "refs/remotes/$remote"
        git -C "$directory" for-each-ref --format='%(refname:lstrip=2)' refs/tags
    end 2>/dev/null | string match -v HEAD
end

complete -c nutricount-deploy -f
complete -c nutricount-deploy -s h -l help -d 'Print the options and exit'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -l version -d 'Print the version and exit'
complete -c nutricount-deploy -s c -l config -r -F -d 'Configuration file'
complete -c nutricount-deploy -l json -d 'One JSON document on stdout'
complete -c nutricount-deploy -l color -x -a 'auto always never' -d Colors
complete -c nutricount-deploy -s q -l quiet -d 'Errors only'
complete -c nutricount-deploy -s v -l verbose -d 'Name every commit and file'
complete -c nutricount-deploy -l log-file -r -F -d 'Append what happens to a log file'
complete -c nutricount-deploy -l print-config -d 'Print the effective settings and where each comes from'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -a update -d 'Deploy what is new, or put everything back'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -a backup -d 'Make, list, verify and prune backups'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -a rollback -d 'Go back to an earlier deployment'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -a health -d 'Say whether the application is healthy'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -a metrics -d 'Say how machine, services, deployments and backups are'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is ""' -a verify-signature -d 'Check or make the signature of a webhook'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l force -d 'Deploy though nothing changed or the commit is marked bad'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l to -x -k -a '(__nutricount_deploy_revisions)' -d 'Deploy this commit, tag or branch'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l expect -x -d 'Deploy exactly this tested commit'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l dry-run -d 'Say what would happen; change nothing'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l backup-only -d 'Back up data and logs; deploy nothing'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l no-rollback -d 'Leave a failed deployment as it is'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l timeout -x -d 'For the whole deployment'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l wait -x -d 'Wait this long for a deployment that is running'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l trigger -x -d 'Who asked for it'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l delivery -x -d 'The id of the delivery'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is update' -l spool -x -a '(__fish_complete_directories)' -d 'Deploy what nutricount-webhook left there'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l full -d 'Back up the whole application directory'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l check -d 'Read the new backup again once it is made'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l list -d 'List the backups, newest last'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l verify -d 'Compare one backup, or all, to its manifest'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup; and test (commandline -opc)[-1] = --verify' -a '(__nutricount_deploy_backups)'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l prune -d 'Remove what is beyond --keep'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l keep -x -d 'How many of each kind stay'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is backup' -l wait -x -d 'Wait this long for a deployment that is running'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l to -x -k -a '(__nutricount_deploy_points)' -d 'A deployment, a backup, or a deployed commit'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l list -d 'List what can be gone back to'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l keep-data -d 'Today\'s data stays'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l restore-data -d 'Data goes back; today\'s is kept aside'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l data-only -d 'Only data goes back'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l reason -x -d 'Why, for the history'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l dry-run -d 'Say what would happen; change nothing'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l yes -d 'Do not ask on a terminal'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l resume -d 'Only finish or undo an interrupted deployment'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l timeout -x -d 'For the whole rollback'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is rollback' -l wait -x -d 'Wait this long for a deployment that is running'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is health' -l url -x -d 'Ask this address'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is health' -l timeout -x -d 'For each whole request'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is health' -l retries -x -d 'Ask up to this many times more'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is health' -l interval -x -d 'Between two requests'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is health' -l full -d 'Look at machine, services and backups too'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is health' -l probation -d 'Go back after three failures in a row'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is metrics' -l format -x -a 'text json prometheus html' -d 'How it is written'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is metrics' -l output -r -F -d 'Write this file in one step'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is metrics' -l deployments -x -d 'How many of the last are told'

complete -c nutricount-deploy -n '__nutricount_deploy_command_is verify-signature' -F
complete -c nutricount-deploy -n '__nutricount_deploy_command_is verify-signature' -l signature -x -d 'What the sender signed with'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is verify-signature' -l sign -d 'Print the signature, and check nothing'
complete -c nutricount-deploy -n '__nutricount_deploy_command_is verify-signature' -l secret-file -r -F -d 'Where the secret lies'
