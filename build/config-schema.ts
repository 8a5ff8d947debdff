// Writes dist/config.schema.json: the JSON Schema of the configuration file, for editors.

import { writeFileSync } from 'node:fs';
import { publishedSchema } from '../gateway/config/json-schema.ts';

const file = new URL('../config.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(publishedSchema(), null, 2)}\n`);
