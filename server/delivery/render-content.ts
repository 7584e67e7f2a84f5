import { templateLimits } from '../model/quotas.ts'
import type { Renderer, RenderOptions, TemplateFailure, TemplateValues } from '../templates/renderer.ts'
import { type MessageContent, textParts } from './content.ts'

/** Why a part of a message does not render, and where. */
export interface PartFailure extends TemplateFailure {
  /** The part, or `headers.0`. */
  part: string
}

/** What a message renders to. */
export interface RenderedContent {
  /** The message as it is sent. Parts that do not render are not in it. */
  content: MessageContent
  /** Names of the variables that are printed and have no value, each once, in the order of the parts. */
  missingVariables: string[]
  failures: PartFailure[]
}

/**
 * Makes a function that gives a renderer, the same one each time. It is loaded at the first call: most
 * processes render nothing, and are to start fast.
 */
export function createRendererLoader(): () => Promise<Renderer> {
  let renderer: Promise<Renderer> | undefined
  const load = async () => (await import('../templates/renderer.ts')).createRenderer()
  return () => {
    renderer ??= load()
    return renderer
  }
}

/** Renders all parts of a message for one recipient. It never throws. */
export function renderContent(
  renderer: Renderer,
  content: MessageContent,
  values: TemplateValues,
  options: RenderOptions,
): RenderedContent {
  const { headers, ...parts } = content
  const missing = new Set<string>()
  const failures: PartFailure[] = []
  const renderNext = renderer.begin(values, options)

  const render = (part: string, template: string): string | undefined => {
    const rendering = renderNext(template)
    for (const { name } of rendering.missing) missing.add(name)
    if (rendering.failure !== undefined) failures.push({ part, ...rendering.failure })
    return rendering.text
  }

  const rendered: MessageContent = { ...parts }
  for (const part of textParts) {
    const template = parts[part]
    if (template === undefined) continue
    const text = render(part, template)
    if (text === undefined) delete rendered[part]
    else rendered[part] = text
  }
  if (headers !== undefined) {
    rendered.headers = []
    for (const [index, { name, value: template }] of headers.entries()) {
      if (name === '') continue
      const part = `headers.${index}`
      const value = render(part, template)
      if (value === undefined) continue
      // Rendered attributes count (source: API reference).
      if (value.length > templateLimits.headerValue) {
        const message = `the value of a header must have at most ${templateLimits.headerValue} characters; it renders to ${value.length}`
        failures.push({ part, line: 1, column: 1, message })
        continue
      }
      rendered.headers.push({ name, value })
    }
  }
  return { content: rendered, missingVariables: [...missing], failures }
}
