#!/usr/bin/env node
// The process: arguments and exit codes (0 success, 1 failure or nothing found, 2 wrong usage).

import { Command, CommanderError } from 'commander';
import { addGatewayCommand } from './cli/gateway.ts';
import { addPbxCommand } from './cli/pbx.ts';
import { addResolveCommand } from './cli/resolve.ts';
import { addSnippetCommand } from './cli/snippet.ts';
import { ConfigError } from './config/load.ts';
import { widgetVersion } from './http/widget-build.ts';
import { handleSignals } from './process-signals.ts';

const program = new Command('sip-call')
  .description('Call director@mysite.ru from a web page.')
  .version(widgetVersion())
  .showHelpAfterError()
  .exitOverride();

addGatewayCommand(program, handleSignals);
addResolveCommand(program, code => {
  process.exitCode = code;
});
addSnippetCommand(program);
addPbxCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof ConfigError) {
    for (const problem of error.problems) console.error(problem);
    process.exitCode = 2;
  } else {
    console.error(`sip-call: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
