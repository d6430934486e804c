// What README, the documents, Dockerfile and docker-compose.yml tell people to run is there: commands, options, scripts,
// paths and ports.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../../src/cli/program.ts'
import { settings } from '../../../src/settings.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const text = (file: string): string => readFileSync(join(root, file), 'utf8')
const markdown = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => join('docs', String(name)))
    .filter((name) => name.endsWith('.md')),
]
const program = await createProgram('*')
const scripts = new Set(Object.keys(JSON.parse(text('package.json')).scripts))

/** What is wrong with one command line after `verdigris`: an unknown command, or an option that it does not have. */
function wrongIn(line: string): readonly string[] {
  let command: Command = program
  const words = line.split(/\s+/).filter((word) => word !== '')
  while (words[0] !== undefined) {
    const next = command.commands.find((one) => [one.name(), ...one.aliases()].includes(words[0] ?? ''))
    if (next === undefined) break
    command = next
    words.shift()
  }
  if (command === program && words[0]?.startsWith('-') !== true) return [`no command: ${line}`]
  const known = new Set([...command.options.flatMap(({ long, short }) => [long, short]), '--help', '-h'])
  return words
    .filter((word) => /^--?[a-z]/i.test(word))
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => !known.has(word))
    .map((word) => `${command.name()} has no ${word}: ${line}`)
}

/** Lines of code blocks, continued ones joined, without comments and what follows a pipe or a redirection. */
const commandLines = (markdownText: string): readonly string[] =>
  [...markdownText.matchAll(/```(sh|console)[^\n]*\n([\s\S]*?)```/g)].flatMap(([, language, block = '']) =>
    (language === 'sh' ? block : typed(block))
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/\|\|?|&&|[;>&]/))
      .map((line) => line.trim().replaceAll(/"[^"]*"/g, 'text'))
      .map((line) => line.replace(/^(try|test) (?=verdigris )/, ''))
      .filter((line) => line !== ''),
  )

/** What is typed in a console: `$ …`, and `> …` where it goes on. */
const typed = (block: string): string =>
  block
    .split('\n')
    .filter((line) => /^[$>] /.test(line))
    .map((line) => line.slice(2))
    .join('\n')

/** Every file below a folder, from the root. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe.each(markdown)('%s', (file) => {
  it('names commands and options that there are', () => {
    const wrong = commandLines(text(file))
      .filter((line) => line.startsWith('verdigris '))
      .flatMap((line) => wrongIn(line.slice('verdigris '.length)))
    const inline = [...text(file).matchAll(/`verdigris ([a-z][^`…[]*)`/g)]
      .map(([, line = '']) => line.replace(/[|>].*$/, ''))
      .flatMap(wrongIn)
    expect([...wrong, ...inline]).toEqual([])
  })

  it('names scripts that there are', () => {
    const named = [...text(file).matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name ?? '')
    expect(named.filter((name) => !scripts.has(name))).toEqual([])
  })

  it('links and points to files that there are', () => {
    const links = [...text(file).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path = '']) =>
      join(file, '..', path),
    )
    const paths = [
      ...text(file).matchAll(/`((?:src|test|docs|examples|protos|envoy|scripts)\/[\w./-]*)`/g),
    ].map(([, path = '']) => path)
    const tests = [
      ...text(file).matchAll(/`(?:[A-Z_]+=\S+ )*(?:npx vitest run|node) (test\/[^`]*)`/g),
    ].flatMap(([, words = '']) => words.split(' ').filter((word) => word.startsWith('test/')))
    expect([...links, ...paths, ...tests].filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('examples and help', () => {
  it('are caught where they are wrong', () => {
    expect(wrongIn('switch checkout green --wiat')).toEqual([
      'switch has no --wiat: switch checkout green --wiat',
    ])
    expect(wrongIn('swich checkout green')).toEqual(['no command: swich checkout green'])
    expect(
      commandLines('```console\n$ verdigris switch a \\\n>   --wiat; echo "x"\nshown --not\n```'),
    ).toEqual(['verdigris switch a  --wiat', 'echo text'])
  })

  it('name commands and options that there are, in the comments of every example', () => {
    const named = filesIn('examples').flatMap((file) =>
      // A command in backticks may go on in the next line of the comment.
      [
        ...readFileSync(file, 'utf8')
          .replaceAll(/\n\s*# ?/g, ' ')
          .matchAll(/`verdigris ([a-z][^`…[]*)/g),
      ].map(([, line = '']) => line.replace(/[|>].*$/, '')),
    )
    expect(named.length).toBeGreaterThan(3)
    expect(named.flatMap(wrongIn)).toEqual([])
  })

  it('name commands and options that there are, in the examples of every command', () => {
    const lines: string[] = []
    const look = (command: Command): void => {
      let help = ''
      command.configureOutput({ writeOut: (part) => (help += part), getOutHasColors: () => false })
      command.outputHelp()
      const examples = help.slice(Math.max(0, help.indexOf('Examples:')))
      lines.push(
        ...[...examples.matchAll(/^ {2}verdigris (\S.*)$/gm)].map(([, line = '']) =>
          line.replaceAll(/\$\([^)]*\)|"[^"]*"|'[^']*'/g, 'text').replace(/ {2,}.*$|[|>&#;].*$/, ''),
        ),
      )
      command.commands.forEach(look)
    }
    look(program)
    expect(lines.length).toBeGreaterThan(40)
    expect(lines.flatMap(wrongIn)).toEqual([])
  })
})

describe('the image', () => {
  const dockerfile = text('Dockerfile')
  it('copies what is there, and only what .dockerignore lets through', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    )
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('serves on the ports that it exposes', () => {
    const exposed = /^EXPOSE (.*)$/m.exec(dockerfile)?.[1]
    const ports = [settings['xds-port'], settings['admin-port'], settings['http-port']].map(
      ({ fallback }) => fallback,
    )
    expect(exposed).toBe(ports.join(' '))
  })

  it('starts by a command that there is', () => {
    const command: string[] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
    expect(wrongIn(command.join(' '))).toEqual([])
    const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
    expect(entry[1]?.replace('/verdigris/', '')).toBe(JSON.parse(text('package.json')).bin.verdigris)
  })

  it('is composed with commands, options and an Envoy that there are', () => {
    const { services } = parse(text('docker-compose.yml'), { merge: true })
    expect(wrongIn(services.verdigris.command.join(' '))).toEqual([])
    const script = String(services.bootstraps.command[0]).replaceAll(/\\\n\s*/g, ' ')
    const line = /verdigris\.js (bootstrap [^>]*)>/.exec(script)?.[1] ?? ''
    expect(wrongIn(line)).toEqual([])
    for (const name of ['edge-1', 'edge-2']) {
      expect(script).toContain(name)
      expect(services[name].command[1]).toBe(`/bootstraps/${name}.yaml`)
      expect(services[name].image).toBe('envoyproxy/envoy:v1.40.0')
    }
  })
})
