// In one process, so that everything is rendered once.
import './schema.test.js';
import './settings.test.js';
import './references.test.js';
import './limits.test.js';
import './routing.test.js';
import './passwords.test.js';
import './monitoring.test.js';
import './docs.test.js';
