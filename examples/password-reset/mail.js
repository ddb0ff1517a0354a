// A stub that prints mails as JSON. Replace it with your mail service.

async function sendMail(mail) {
  console.log(JSON.stringify({ mail }));
}

module.exports = { sendMail };
