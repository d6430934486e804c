// The command line: in this process, which is quick, or built and as a process of its own, which is the truth.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { runProgram } from '../../../src/cli/program.ts'

export interface Ran {
  readonly status: string | number | null | undefined
  readonly stdout: string
  readonly stderr: string
}

export const script = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'verdigris.js')

/** Runs `verdigris` without any setting of whoever runs the tests. `input` goes to stdin. */
export function verdigris(
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>
    readonly input?: string
    readonly interruptAt?: string
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...Object.fromEntries(clean()), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (part) => {
    text.stdout += part
    if (options.interruptAt !== undefined && text.stdout.includes(options.interruptAt)) child.kill('SIGINT')
  })
  child.stderr.on('data', (part) => (text.stderr += part))
  // A command that ends without reading its input is none of our business here.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...text })))
}

/** Runs it here: stdout, stderr, environment and exit status are this process's, and put back. */
export async function here(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const before = {
    env: process.env,
    out: process.stdout.write,
    err: process.stderr.write,
    status: process.exitCode,
  }
  const text = { stdout: '', stderr: '' }
  const keep = (name: 'stdout' | 'stderr') => (part: string | Uint8Array) => {
    text[name] += String(part)
    return true
  }
  process.env = { ...Object.fromEntries(clean()), ...env }
  process.stdout.write = keep('stdout')
  process.stderr.write = keep('stderr')
  process.exitCode = 0
  try {
    await runProgram(args)
    return { status: process.exitCode, ...text }
  } finally {
    process.env = before.env
    process.stdout.write = before.out
    process.stderr.write = before.err
    process.exitCode = before.status
  }
}

/** The environment without any setting of whoever runs the tests. */
const clean = (): [string, string | undefined][] => [
  ...Object.entries(process.env).filter(
    ([name]) => !/^(VERDIGRIS_|COLUMNS|NO_COLOR|FORCE_COLOR|CLICOLOR)/.test(name),
  ),
  // No contexts but those of the test.
  ['XDG_CONFIG_HOME', '/nonexistent'],
]
