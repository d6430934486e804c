// cli: what a person types, as calls of the admin API. In come arguments, out go tables or data on stdout, progress
// on stderr, and an exit status. Start at verdigris.ts (which command is meant), then commands/.
export { programVersion } from './version.ts'
