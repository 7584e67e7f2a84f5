@rem "npm start" has its shell replaced by node with exec, so that a signal to npm reaches the emulator. Windows
@rem has no exec; there this file runs the command.
@%*
