// cli: what a person types, as calls of the admin API. In come arguments, out go tables or data on stdout, progress
// on stderr, and an exit status. Start at verdigris.ts (which command is meant), then command-table.ts and commands/: a file for
// each verb. Beside them contexts/ (where servers are by name), completion/, wait/, endpoints/ (parts of those verbs), views/ (how
// things are shown), output/ (tables, data, the terminal).
export { programVersion } from './version.ts'
