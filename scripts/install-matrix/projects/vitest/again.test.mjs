// The same test in a second file, which runs in a process or thread of its own.
import "./keys.test.mjs";
