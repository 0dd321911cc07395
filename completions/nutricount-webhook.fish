# Completion of nutricount-webhook(8) for fish.

complete -c nutricount-webhook -f
complete -c nutricount-webhook -s h -l help -d 'Print the options and exit'
complete -c nutricount-webhook -l version -d 'Print the version and exit'
complete -c nutricount-webhook -s c -l config -r -F -d 'Configuration file'
complete -c nutricount-webhook -l listen -x -d 'Listen there'
complete -c nutricount-webhook -l secret-file -r -F -d 'Read the secret from this file'
complete -c nutricount-webhook -l log-file -r -F -d 'Append what happens to a log file'
complete -c nutricount-webhook -l print-config -d 'Print the effective settings and where each comes from'
