#!/usr/bin/env node
// The editors' pages in a real browser: from a suggestion to what the public sees, by keyboard alone and without a script; an entry changed;
// every page accessible, at 320 and at 1280 pixels.
import { auditor, check, existsSync, join, libraries, openBrowser, run, serveCounty, shoot, skipAll, smallTargets } from './support.mjs';

const EDITOR = { name: 'Ann Reed', password: 'correct horse battery' };

const modules = libraries();
if (!modules || !existsSync('/usr/bin/chromium')) {
  skipAll('playwright-core or Chromium could not be installed');
} else {
  const server = await serveCounty(EDITOR);
  const browser = await openBrowser(modules);
  const problems = [], strangers = [];
  const entries = (await (await fetch(`${server.address}/coalitions?limit=1000&kind=hub&kind=coalition`)).json()).features;

  const watch = page => {
    page.on('console', message => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', error => problems.push(`${page.url()}: ${error}`));
    page.on('request', request => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith('data:')) strangers.push(request.url());
    });
    return page;
  };
  const open = async (context, path) => {
    const page = watch(await context.newPage());
    await page.goto(server.address + path);
    return page;
  };
  const audit = auditor(modules);
  const heading = page => page.textContent('h1');

  // By keyboard: Tab until the focus stands on what the selector names; never more often than the page has stops.
  const tabTo = async (page, selector) => {
    for (let i = 0; i < 400; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(wanted => document.activeElement && document.activeElement.matches(wanted), selector)) {
        const seen = await page.evaluate(() => {
          const box = document.activeElement.getBoundingClientRect();
          return box.bottom > 0 && box.top < innerHeight && getComputedStyle(document.activeElement).outlineStyle !== 'none';
        });
        check(seen, `${selector} has the focus, and nobody sees it`);
        return;
      }
    }
    check(false, `the keyboard never came to ${selector} on ${page.url()}`);
  };
  const typeInto = async (page, selector, text) => {
    await tabTo(page, selector);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
  };
  const press = async (page, selector) => {
    await tabTo(page, selector);
    await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press('Enter')]);
  };
  const signIn = async (page, path) => {
    await page.goto(server.address + path);
    await typeInto(page, '#name', EDITOR.name);
    await typeInto(page, '#password', EDITOR.password);
    await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press('Enter')]);
  };
  const suggest = async (page, entry, fields) => {
    await page.goto(`${server.address}/finder/suggest${entry ? `?entry=${entry}` : ''}`);
    for (const [name, value] of Object.entries(fields)) await typeInto(page, `[name="${name}"]`, value);
    await press(page, '#suggest .buttons button');
    check(/done=1/.test(page.url()), `not sent: ${await page.textContent('main')}`);
  };

  await run([
    ['a suggestion is sent, looked at, accepted and published, by keyboard and without a script', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = watch(await context.newPage());
      const { id, properties } = entries[0];
      await suggest(page, id, { name: 'A name that is right', 'phones.0.number': '01632 960555' });
      check(!(await page.$('[aria-invalid=true]')), await page.textContent('main'));
      await signIn(page, '/admin');
      check(await heading(page) === 'Keeping the directory true', await heading(page));
      await press(page, 'main a[href*="suggestions"]');
      await press(page, 'ul.rows a');
      const text = await page.textContent('table.diff');
      check(text.includes(properties.name) && text.includes('A name that is right') && text.includes('01632 960555'), text);
      await press(page, 'button[value=accept]');
      check((await page.textContent('[role=status]')).includes('was accepted'), await page.textContent('main'));
      await page.goto(`${server.address}/finder/${id}`);
      check(await heading(page) === 'A name that is right' && (await page.textContent('main')).includes('01632 960555'), await heading(page));
      await context.close();
    }],
    ['an entry is found, changed wrongly, put right, reviewed; the change is undone, by keyboard and without a script', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = watch(await context.newPage());
      const { id, properties } = entries[1];
      await signIn(page, '/admin/entries');
      await typeInto(page, '#q', properties.name);
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      await press(page, `a[href*="${id}"]`);
      await typeInto(page, '[name="email"]', 'no address');
      await press(page, 'button[value=save]:not(.default)');
      check(await page.title().then(title => title.startsWith('Error: ')), await page.title());
      const field = await page.$('[name="email"]');
      check(await field.getAttribute('aria-invalid') === 'true' && await field.inputValue() === 'no address', 'the field tells');
      for (const one of (await field.getAttribute('aria-describedby')).split(' ')) check(await page.$(`[id="${one}"]`), `no ${one}`);
      const link = await page.$eval('[role=alert] a', node => node.hash);
      check(await page.$(`[name="email"]${link}`), `the summary leads to ${link}`);
      await page.goto(`${server.address}/admin/entries/${id}`);
      await typeInto(page, '[name="name"]', 'Changed by keyboard');
      await press(page, 'button[value=save]:not(.default)');
      check((await page.textContent('[role=status]')).includes('was saved'), await page.textContent('main'));
      await press(page, 'button[value=review]');
      check((await page.textContent('[role=status]')).includes('reviewed'), await page.textContent('main'));
      await page.goto(`${server.address}/admin/history?entry=${id}`);
      const changes = await page.$$eval('ul.rows a', nodes => nodes.map(node => node.href));
      await page.goto(changes[0]);
      await press(page, 'main form button');
      await page.goto(changes[1]);
      await press(page, 'main form button');
      check((await page.textContent('[role=status]')).includes('undone'), await page.textContent('main'));
      await page.goto(`${server.address}/finder/${id}`);
      check(await heading(page) === properties.name, await heading(page));
      await context.close();
    }],
    ['every page is accessible, and fits at 320 and at 1280 pixels, in light and in dark', async () => {
      const state = await browser.newContext({ javaScriptEnabled: false });
      const first = watch(await state.newPage());
      await suggest(first, entries[2].id, { name: 'Suggested', 'phones.0.number': '01632 960777' });
      await suggest(first, '', { name: 'A new one', description: 'What it does' });
      await signIn(first, '/admin');
      const cookies = await state.cookies();
      const change = await (async () => {
        await first.goto(`${server.address}/admin/history`);
        return first.$eval('ul.rows a', node => new URL(node.href).pathname);
      })();
      await first.goto(`${server.address}/admin/suggestions`);
      const waiting = await first.$$eval('ul.rows a', nodes => nodes.map(node => new URL(node.href).pathname));
      check(waiting.length === 2, waiting.join());
      const paths = ['/admin', '/admin/suggestions', waiting[0], waiting[1], `${waiting[0]}?edit=1`, '/admin/suggestions?state=accepted', '/admin/entries',
        '/admin/entries?due=1', `/admin/entries/${entries[1].id}`, '/admin/entries/new', `/admin/entries/${entries[1].id}/delete`, '/admin/history', change, '/admin/history/none', '/admin/sign-in'];
      for (const [width, colorScheme] of [[320, 'light'], [1280, 'light'], [320, 'dark']]) {
        const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true, colorScheme });
        await context.addCookies(cookies);
        const page = watch(await context.newPage());
        for (const path of colorScheme === 'dark' ? paths.slice(0, 5) : paths) {
          await page.goto(server.address + path);
          const found = await audit(page, colorScheme === 'dark' ? 'colours' : width === 320 ? 'all' : 'words');
          check(!found, `${path} at ${width}, ${colorScheme}: ${found}`);
          const wide = await page.evaluate('document.documentElement.scrollWidth');
          check(wide <= width, `${path} is ${wide} pixels wide at ${width}`);
          const small = await smallTargets(page);
          check(small.length === 0, `${path} at ${width}: smaller than 24 pixels: ${small.join(' ')}`);
          if (colorScheme === 'light') await shoot(page, `admin${path.replace(/^.admin/, '').replace(/[0-9a-f]{8}-[-0-9a-f]{27}/, 'id').replace(/[^a-z0-9]+/g, '-')}-${width}.png`, { fullPage: true });
        }
        await context.close();
      }
      await state.close();
    }],
    ['what is wrong in a form is accessible, and two at once see both', async () => {
      const context = await browser.newContext({ viewport: { width: 320, height: 900 }, bypassCSP: true });
      const page = watch(await context.newPage());
      let found;
      await page.goto(`${server.address}/admin/sign-in`);
      await page.fill('#name', EDITOR.name);
      await page.fill('#password', 'a guess that is wrong');
      await Promise.all([page.waitForNavigation(), page.click('main form button')]);
      check((await page.textContent('[role=alert]')).startsWith('Not signed in: ') && !(found = await audit(page)), found || await page.textContent('main'));
      await signIn(page, `/admin/entries/${entries[3].id}`);
      const other = await open(context, `/admin/entries/${entries[3].id}`);
      await page.fill('[name="email"]', 'no address');
      await Promise.all([page.waitForNavigation(), page.click('button[value=save]:not(.default)')]);
      check(!(found = await audit(page)), found);
      await page.bringToFront(); // another page's window is before it, and what is not seen is not drawn
      await shoot(page, 'admin-faults-320.png', { fullPage: true });
      const small = await smallTargets(page);
      check(small.length === 0, `smaller than 24 pixels: ${small.join(' ')}`);
      await other.fill('[name="name"]', 'Quicker');
      await Promise.all([other.waitForNavigation(), other.click('button[value=save]:not(.default)')]);
      await page.fill('[name="email"]', 'a@example.org');
      await Promise.all([page.waitForNavigation(), page.click('button[value=save]:not(.default)')]);
      check((await page.textContent('table.diff')).includes('Quicker'), await page.textContent('main'));
      check(!(found = await audit(page)), found);
      check(await page.evaluate('document.documentElement.scrollWidth') <= 320, 'too wide');
      await page.bringToFront();
      await shoot(page, 'admin-conflict-320.png', { fullPage: true });
      await page.goto(`${server.address}/admin/suggestions`);
      await Promise.all([page.waitForNavigation(), page.click('ul.rows a')]);
      await Promise.all([page.waitForNavigation(), page.click('button[value=reject]')]);
      check(await page.getAttribute('#why', 'aria-invalid') === 'true' && !(found = await audit(page)), found);
      await context.close();
    }],
    ['nothing was loaded from elsewhere, and nothing complained', async () => {
      check(strangers.length === 0, strangers.join());
      check(problems.length === 0, problems.join('\n'));
    }]
  ]);
  await browser.close();
  await server.stop();
}
