// What went wrong, for people: what it was, and what to do next, on stderr; and the exit status that it means.
import { describeViolation, problemTable } from '../api/index.ts'
import type { Problem, Violation } from '../base/index.ts'
import type { Failure } from '../client/index.ts'
import type { Exit } from './exit-codes.ts'
import type { Terminal } from './output/terminal.ts'
import { printable } from './output/words.ts'

/** Says what went wrong and what to do next; gives the exit. */
export function reportFailure(terminal: Terminal, failure: Failure): Exit {
  switch (failure.kind) {
    case 'refused':
      return reportProblem(terminal, failure.problem)
    case 'unreachable':
      say(terminal, failure.message, failure.foreign === true ? otherVersion : whereToLook)
      return 'notConnected'
    case 'timedOut':
      say(
        terminal,
        failure.message,
        'the server may still do it: look with `verdigris push list`; give more time with --timeout',
      )
      return 'notConnected'
    case 'cancelled':
      return 'interrupted'
    case 'broken':
      say(terminal, failure.message, 'look at the log of the server')
      return 'failed'
  }
}

const whereToLook =
  'start it with `verdigris serve`, or say where it is with --server HOST:PORT (TLS: --server-ca)'
const otherVersion =
  'compare `verdigris version`; the admin API is on port 18001, not that of proxies (18000) or of HTTP (18002)'

/** The same for a Problem, from the server or from reading files. */
export function reportProblem(terminal: Terminal, problem: Problem): Exit {
  const faults = problem.kind === 'invalid' ? problem.violations.map(describeFault) : []
  // One fault is said in one line; more of them below a count.
  const first =
    faults.length === 1
      ? (faults[0] ?? '')
      : faults.length > 1
        ? `${countFaults(problem)} problems`
        : problem.message
  const lines = faults.length > 1 ? faults.map((fault) => `  ${fault}`) : []
  const refusals =
    problem.kind === 'precondition'
      ? (problem.refusals ?? []).map(
          (refusal) => `  ${refusal.node} refused ${refusal.type}: ${refusal.detail}`,
        )
      : []
  const winner =
    problem.kind === 'conflict' && problem.winner !== undefined ? [`  first was: ${problem.winner}`] : []
  say(terminal, [first, ...lines, ...refusals, ...winner].join('\n'), problemTable[problem.kind].todo)
  switch (problem.kind) {
    case 'invalid':
      return 'usage'
    case 'unavailable':
      return 'notConnected'
    // The change is made; only its push is not there yet.
    case 'deadline':
      return 'notThereYet'
    default:
      return 'failed'
  }
}

/** How many there are, with those that were only counted (`and 30 more`). */
function countFaults(problem: Problem): number {
  if (problem.kind !== 'invalid') return 0
  const more = Number(/^and (\d+) more$/.exec(problem.violations.at(-1)?.message ?? '')?.[1] ?? Number.NaN)
  return Number.isNaN(more) ? problem.violations.length : problem.violations.length - 1 + more
}

/** `shop.yaml:12:5: Service default/cart: wanted … (spec.ports[0].name)`. */
function describeFault(fault: Violation): string {
  const text = describeViolation(fault)
  return fault.path === '' ? text : `${text} (${fault.path})`
}

function say(terminal: Terminal, message: string, next: string): void {
  const { errorColor } = terminal
  terminal.say(`${errorColor.red('error:')} ${printable(message)}`)
  terminal.say(`${errorColor.dim('next:')}  ${next}`)
}
