// Every page leads where it says, every page is led to, and names are spelled in one way.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
const docs = readdirSync(join(root, 'docs'), { recursive: true })
  .map((name) => join('docs', String(name)))
  .filter((name) => name.endsWith('.md'))
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs]
const text = (page: string): string => readFileSync(join(root, page), 'utf8')
const withoutCode = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```/gm, '')

/** As GitHub names them: lower case, without punctuation, spaces as hyphens, numbered where they are there twice. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    const seen = counts.get(slug) ?? 0
    counts.set(slug, seen + 1)
    anchors.add(seen === 0 ? slug : `${slug}-${seen}`)
  }
  return anchors
}

interface Link {
  readonly page: string
  readonly to: string
  /** Page or file that it leads to, from the root. */
  readonly file: string
  readonly anchor: string
}

const linksOf = (page: string): readonly Link[] =>
  [...withoutCode(text(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to = '']) => to)
    .filter((to) => !/^https?:/.test(to))
    .map((to) => {
      const [path = '', anchor = ''] = to.split('#')
      return { page, to, anchor, file: path === '' ? page : relative(root, join(root, dirname(page), path)) }
    })

describe.each(pages)('the links of %s', (page) => {
  it('lead to files and headings that there are', () => {
    const broken = linksOf(page).filter(
      ({ file, anchor }) =>
        !existsSync(join(root, file)) ||
        (anchor !== '' && (!file.endsWith('.md') || !anchorsOf(text(file)).has(anchor))),
    )
    expect(broken.map(({ to }) => to)).toEqual([])
  })

  it('go no way of this machine, and to the web by https', () => {
    expect(text(page)).not.toMatch(/\]\(http:\/\/(?!127)|\]\(\/|file:\/\//)
  })
})

describe('docs/architecture.md', () => {
  it('names every room of the house', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`)
    const page = text('docs/architecture.md')
    // `src/base` is under everything.
    expect(
      rooms.filter((room) => room !== 'src/base' && !new RegExp(`${room}(?![\\w-])`).test(page)),
    ).toEqual([])
  })
})

describe('docs/README.md', () => {
  it('leads to every page', () => {
    const led = new Set(linksOf('docs/README.md').map(({ file }) => file))
    const decisions = (page: string): boolean => page.startsWith('docs/decisions/')
    const lost = docs.filter((page) => page !== 'docs/README.md' && !decisions(page) && !led.has(page))
    expect(lost).toEqual([])
    // Why it is built so is told in the architecture and led to from there.
    const told = new Set(pages.flatMap(linksOf).map(({ file }) => file))
    expect(docs.filter((page) => decisions(page) && !told.has(page))).toEqual([])
  })

  it('is where README.md sends people', () => {
    expect(linksOf('README.md').map(({ file }) => file)).toContain('docs/README.md')
  })
})

describe('the prose of every page', () => {
  /** Another spelling of a name → how it is written here. */
  const spellings: readonly (readonly [RegExp, string])[] = [
    [/\bverdigris\b/, 'Verdigris, or `verdigris` for the command'],
    [/\benvoys?\b(?!#\d)/, 'Envoy'],
    [/\bXDS\b|\bxds\b|\bXds\b/, 'xDS'],
    [/\bSOTW\b|\bSotw\b/, 'SotW'],
    [/\bgrpc\b|\bGRPC\b/, 'gRPC'],
    [/\bkubernetes\b|\bK8s\b/i, 'Kubernetes'],
    [/\bGithub\b/, 'GitHub'],
    [/\bblue\/green (deploy|deliver|release)/i, 'blue-green'],
    [/\bnodegroups?\b|\bnode-groups?\b|\bNode Groups?\b/, 'node group, or NodeGroup for the kind'],
    [/\btraffic-?policy\b|\bTraffic Policy\b/, 'TrafficPolicy'],
    [/\bside-car/i, 'sidecar'],
    [/\bconfigmap|\bConfig Map\b/, 'configuration'],
  ]
  const prose = (page: string): string =>
    withoutCode(text(page))
      // What a test makes of the program's own texts is not prose.
      .replace(/<!-- made by a test[\s\S]*?<!-- end/g, '')
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/``[^`]+``|`[^`\n]+(\n[^`\n]+)?`/g, '')
      .replace(/\]\([^)]*\)/g, ']')
      .replace(/\[[^\]]*\.(md|yaml|ts)[^\]]*\]|\[[a-z/-]*\/\]|\[[\w/-]*\/[\w/-]*\]/g, '')

  it.each(pages.filter((page) => page !== 'docs/reference/api.md'))(
    'of %s spells names in one way',
    (page) => {
      const words = prose(page)
      const wrong = spellings.flatMap(([other, right]) => {
        const all = new RegExp(other.source, `g${other.flags.includes('i') ? 'i' : ''}`)
        return [...words.matchAll(all)]
          .filter(([found]) => found !== right)
          .map(
            (found) =>
              `…${words.slice(Math.max(0, found.index - 30), found.index + 30).replaceAll('\n', ' ')}…: ${right}`,
          )
      })
      expect(wrong).toEqual([])
    },
  )
})
