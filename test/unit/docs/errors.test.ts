// The page of errors is the table of problems: over gRPC, over HTTP, and as exit status of the CLI.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { problemTable } from '../../../src/admin/index.ts'
import { limits, type Problem } from '../../../src/base/index.ts'
import { exitCode } from '../../../src/cli/exit-codes.ts'
import { createTerminal } from '../../../src/cli/output/terminal.ts'
import { reportProblem } from '../../../src/cli/report.ts'
import { expectBlock, row } from '../../support/generated-block.ts'

const message = 'x'
const one: { readonly [Kind in Problem['kind']]: Problem } = {
  invalid: { kind: 'invalid', message, violations: [{ path: 'spec', message }] },
  notFound: { kind: 'notFound', message },
  conflict: { kind: 'conflict', message },
  precondition: { kind: 'precondition', message },
  limit: { kind: 'limit', message, limit: 'watchers' },
  denied: { kind: 'denied', message, authenticated: false },
  deadline: { kind: 'deadline', message, push: '1' },
  unavailable: { kind: 'unavailable', message },
}

describe('docs/reference/errors.md', () => {
  it('lists every kind of problem with its gRPC code, HTTP status, exit status and advice', () => {
    const silent = { ...createTerminal(), say: () => undefined }
    const rows = Object.values(one).map((problem) => {
      const { code, http, reason, carries, todo } = problemTable[problem.kind]
      const exit = String(exitCode(reportProblem(silent, problem)))
      return row(`\`${problem.kind}\``, `\`${code}\``, String(http), exit, `\`${reason}\``, carries, todo)
    })
    const head = row('kind', 'gRPC code', 'HTTP', 'exit', 'reason', 'carries besides', 'what to do')
    expectBlock('errors.md', 'errors', [head, '|---|---|---|---|---|---|---|', ...rows].join('\n'))
    expect(rows).toHaveLength(Object.keys(problemTable).length)
  })

  it('says where details are cut', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs/reference/errors.md'), 'utf8')
    expect(page).toContain(`${limits.statusDetailBytes / 1024} KiB`)
  })
})
