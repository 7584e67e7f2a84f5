import Fastify from 'fastify'

/**
 * The yardstick of starts and calls: a Fastify that answers every request with the same JSON text. It is
 * JavaScript, since node takes a quarter longer to start a TypeScript file, which would flatter the emulator.
 *
 *     PORT=8080 node test/bench/bare-fastify.js '{"the":"answer"}'
 */
const answer = process.argv[2] ?? '{}'
const app = Fastify()
app.all('/*', (_request, reply) => reply.type('application/json').send(answer))
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
process.on('SIGTERM', () => app.close())
