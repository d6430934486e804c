// How pages of docs/guides are read and compared: a page that lies is caught.
import { describe, expect, it } from 'vitest'
import { difference, normalised, stepsOf } from '../../support/console-page.ts'

const page = `# A page

\`\`\`yaml fleet.yaml
kind: NodeGroup
\`\`\`

\`\`\`console
$ verdigris apply -f fleet.yaml \\
>   --wait
push 1  done
$ verdigris proxies
\`\`\`

\`\`\`yaml
not: a file
\`\`\`

\`\`\`sh check.sh
exit 0
\`\`\`

\`\`\`console another-terminal
$ verdigris serve
ready
\`\`\`
`

describe('a page of guides', () => {
  it('is files, commands with what is shown below them, and commands in other terminals', () => {
    expect(stepsOf(page)).toEqual([
      { kind: 'file', name: 'fleet.yaml', text: 'kind: NodeGroup\n', line: 4 },
      {
        ...{ kind: 'command', elsewhere: false, line: 8 },
        ...{ text: 'verdigris apply -f fleet.yaml \\\n  --wait', shown: ['push 1  done'] },
      },
      { kind: 'command', elsewhere: false, line: 11, text: 'verdigris proxies', shown: [] },
      { kind: 'file', name: 'check.sh', text: 'exit 0\n', line: 19 },
      { kind: 'command', elsewhere: true, line: 23, text: 'verdigris serve', shown: ['ready'] },
    ])
  })

  it('may show other times, moments and widths than come', () => {
    for (const [shown, came] of [
      ['r2  2026-11-24 01:54  you', 'r2   2031-01-01 23:59   you'],
      ['done in 12 ms', 'done in 1.5s'],
      ['edge-1  3s ago', 'edge-1  1m 30s ago'],
    ]) {
      expect(normalised(shown ?? '')).toBe(normalised(came ?? ''))
    }
    expect(normalised('push 3')).not.toBe(normalised('push 4'))
    expect(normalised('100 %')).not.toBe(normalised('10 %'))
  })

  it('has to show every line of stdout, in order', () => {
    expect(difference(['a', 'b'], 'a\nb\n', '')).toBeUndefined()
    expect(difference(['b', 'a'], 'a\nb\n', '')).toContain('the page shows "b"')
    expect(difference(['a'], 'a\nb\n', '')).toContain('does not show:\nb')
    expect(difference(['a', 'c'], 'a\nb\n', '')).toContain('the page shows "c"')
    expect(difference([], 'a\n', '')).toContain('does not show:\na')
  })

  it('may leave out lines where it says so', () => {
    expect(difference(['a', '…', 'd'], 'a\nb\nc\nd\n', '')).toBeUndefined()
    expect(difference(['a', '…'], 'a\nb\nc\n', '')).toBeUndefined()
    expect(difference(['a', '…', 'x'], 'a\nb\nc\n', '')).toContain('the page shows "x"')
    expect(difference(['serving … at 12:00:00'], 'serving 127.0.0.1 at 13:14:15\n', '')).toBeUndefined()
  })

  it('may show what comes on stderr, and nothing that comes nowhere', () => {
    expect(difference(['preparing', 'done'], 'done\n', 'preparing\nswitching\n')).toBeUndefined()
    expect(difference(['aborted', 'done'], 'done\n', 'preparing\n')).toContain('the page shows "aborted"')
  })
})
