// The command line as commander has it: every command's name, and the options of the one that is meant.
import { Command, CommanderError } from 'commander'
import { type CommandEntry, commandTable } from './command-table.ts'
import { exitCode } from './exit-codes.ts'
import { createTerminal } from './output/terminal.ts'
import { programVersion } from './version.ts'

/** Runs a command line (without node and script); resolves when it is over, with the exit status in process.exitCode. */
export async function runProgram(words: readonly string[]): Promise<void> {
  // What shells ask when somebody presses Tab; it is in no list.
  if (words[0] === '__complete') return completeLine(words.slice(1))
  // The first word that is no option is the command.
  const program = await createProgram(words.find((word) => !word.startsWith('-')))
  try {
    // Nothing to do is a question: what is there?
    if (words.length === 0) program.outputHelp()
    else await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? exitCode('ok') : exitCode('usage')
  }
}

/** Prints candidates; whatever goes wrong is silence, since it would stand in the middle of somebody's line. */
async function completeLine([shell, line = '', current]: readonly string[]): Promise<void> {
  const { complete } = await import('./completion/complete.ts')
  if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish') return
  try {
    for (const each of await complete(shell, line, current, createProgram)) process.stdout.write(`${each}\n`)
  } catch {
    process.exitCode = exitCode('failed')
  }
}

/** Builds it. Only the command `wanted` is loaded; `*` loads all of them. */
export async function createProgram(wanted: string | undefined): Promise<Command> {
  const program = new Command('verdigris')
    .description(
      'Blue-green delivery for Envoy: prepared on every proxy, one decision, switched everywhere or nowhere.',
    )
    .version(programVersion(), '-V, --version')
    .usage('COMMAND [options]')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text) => sayUsage(text, program, wanted) })
    .addHelpText('after', firstSteps)
  for (const entry of commandTable) await add(program, entry, wanted === '*' || wanted === entry.name)
  return program
}

async function add(program: Command, entry: CommandEntry, whole: boolean): Promise<void> {
  const { name, summary, usage, group } = entry
  const command = program
    .command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .usage(usage)
    .helpGroup(`${group}:`)
    .copyInheritedSettings(program)
  if (whole) (await entry.load()).configure(command)
}

/** What is wrong with the line, and where it is taught. Commander's own sentence may stand in several lines. */
function sayUsage(text: string, program: Command, wanted: string | undefined): void {
  const { say, errorColor } = createTerminal()
  const entry = program.commands.find((each) => each.name() === wanted)
  const elsewhere = wanted === undefined ? undefined : calledElsewhere[wanted]
  say(text.trimEnd().replace(/^error:/, errorColor.red('error:')))
  const help = `verdigris ${entry === undefined ? '' : `${entry.name()} `}--help`
  const next = entry === undefined && elsewhere !== undefined ? `verdigris ${elsewhere}` : help
  say(`${errorColor.dim('next:')}  ${next}`)
}

/** Verbs of other tools, and what does it here. */
const calledElsewhere: Readonly<Partial<Record<string, string>>> = {
  promote: 'switch SERVICE ENVIRONMENT',
  rollout: 'switch SERVICE ENVIRONMENT',
  'set-weight': 'split SERVICE blue=90 green=10',
  canary: 'split SERVICE blue=90 green=10',
  abort: 'push abort ID, or rollback SERVICE',
  retry: 'apply, or switch, once more',
  status: 'traffic SERVICE, or push list',
  list: 'get',
  ls: 'get',
  rm: 'delete',
  create: 'apply -f FILE',
  put: 'apply -f FILE',
  replace: 'apply -f FILE',
  edit: 'get KIND NAME -o yaml > FILE; verdigris apply -f FILE',
  nodes: 'proxies',
  'proxy-status': 'proxies',
  'proxy-config': 'proxy NODE',
  analyze: 'validate -f FILE',
  watch: 'get KIND -w',
  logs: 'events -w',
  top: 'traffic',
  'use-context': 'config use-context NAME',
  contexts: 'config get-contexts',
}

const firstSteps = `
Start here:
  verdigris demo                                  see it, in two minutes
  verdigris serve                                 run the control plane
  verdigris bootstrap --node-id edge-1 --node-cluster edge > edge-1.yaml
  verdigris apply -f examples/single --wait       say what there is
  verdigris switch checkout green --wait          move the traffic
  verdigris rollback checkout --wait              and back

verdigris COMMAND --help teaches each with examples.`
