/**
 * Whether what takes long is run as well: `npm run test:long` runs it all, and the files `*.long.test.ts`;
 * `npm test` what tells most in least time. A test that is left out says so in the report.
 */
export const isLong = process.env.TEST_LONG === '1'

/** Options of a test that is left out of `npm test`. */
export const onlyLong = isLong ? {} : { skip: 'npm run test:long runs it' }
