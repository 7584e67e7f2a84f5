import Fastify from 'fastify'

/**
 * The yardstick: a Fastify that does nothing but answer bytes that it was given.
 *
 *     node test/bench/bare-fastify.ts '{"the":"answer"}'
 */
const answer = process.argv[2] ?? '{}'
const app = Fastify()
app.all('/*', (_request, reply) => reply.type('application/json').send(answer))
const url = await app.listen({ port: 0 })
process.stdout.write(`ready on ${url}\n`)
process.on('SIGTERM', () => app.close())
