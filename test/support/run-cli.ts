// The real command, as a person runs it.
import { execFile } from 'node:child_process'
import { cliScript, withoutOurVariables } from '../../src/demo/rig/control-plane.ts'

export interface CliResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `verdigris …` to its end. */
export function runCli(
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cliScript(), ...args],
      {
        env: { ...process.env, ...withoutOurVariables, NO_COLOR: '1' },
        timeout: options.timeoutMs ?? 30_000,
        maxBuffer: 64 * 1_048_576,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ status, stdout, stderr })
      },
    )
  })
}
