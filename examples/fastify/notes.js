// The data: notes, each of one owner. In memory, to be replaced by your database; every function takes the owner.

const notes = [];

const isSame = (a, b) => a.type === b.type && a.id === b.id;

function listNotes(owner) {
  return notes.filter((note) => isSame(note.owner, owner)).map(({ id, text }) => ({ id, text }));
}

function findNote(owner, id) {
  return listNotes(owner).find((note) => note.id === id);
}

function addNote(owner, text) {
  const note = { id: `note_${notes.length + 1}`, text, owner };
  notes.push(note);
  return findNote(owner, note.id);
}

module.exports = { listNotes, findNote, addNote };
