// Runs in the browser: the bar at the top of a page, with the form to sign in or who is signed in.
(() => {
  const session = globalThis.alimsSession;
  const bar = document.getElementById('sign-in-bar');
  const settings = JSON.parse(bar.dataset.settings);
  const DEMO = { email: 'manager@demo.test', password: 'alims-demo' };

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function brand() {
    const made = element('div', { className: 'brand' });
    made.innerHTML =
      '<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M12 4h8v3h-1v7l7 10a3 3 0 0 1-3 4H9a3 3 0 0 1-3-4l7-10V7h-1z" fill="#14b8a6"/><path d="M11 20h10l3 5H8z" fill="#ccfbf1"/></svg>';
    made.append(settings.title, element('small', { textContent: settings.subtitle }));
    return made;
  }

  function showForm(message = '') {
    if (!settings.signIn) {
      bar.replaceChildren(brand());
      return;
    }
    const email = element('input', {
      type: 'email',
      name: 'email',
      placeholder: 'Email',
      required: true,
      autocomplete: 'username',
      ariaLabel: 'Email',
      value: settings.demo ? DEMO.email : '',
    });
    const password = element('input', {
      type: 'password',
      name: 'password',
      placeholder: 'Password',
      required: true,
      autocomplete: 'current-password',
      ariaLabel: 'Password',
      value: settings.demo ? DEMO.password : '',
    });
    const button = element('button', { type: 'submit', textContent: 'Sign in' });
    const note = element('span', { className: 'message', role: 'status', textContent: message, title: message });
    const form = element('form', {}, note, email, password, button);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      note.textContent = '';
      try {
        await session.signIn(email.value, password.value);
      } catch (error) {
        note.textContent = error.message;
        note.title = error.message;
        button.disabled = false;
      }
    });
    bar.replaceChildren(brand(), form);
  }

  function showPerson() {
    const { user } = session.current;
    const who = element('div', { className: 'who' });
    const roles = (user.roles ?? []).map((role) => String(role).toLowerCase().replaceAll('_', ' ')).join(', ');
    who.append(
      'Signed in as ',
      element('b', { textContent: user.name || user.email }),
      element('span', { textContent: ` · ${roles}${user.organization ? ` · ${user.organization.name}` : ''}` }),
    );
    const button = element('button', { type: 'button', className: 'quiet', textContent: 'Sign out' });
    button.addEventListener('click', () => {
      button.disabled = true;
      session.signOut();
    });
    bar.replaceChildren(brand(), who, button);
  }

  function show(message) {
    if (session.current?.user) showPerson();
    else showForm(message);
  }

  session.onChange(show);
  show('');
})();
