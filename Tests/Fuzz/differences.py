#!/usr/bin/env python3
"""differences.py [MUTATE]: the same bytes in the project's HTTP readers, in llhttp (by httptools) and in h11, as a table.

Needs `pip install h11 httptools` and what `build.sh mutate` has built. Exit code 1 where a reader no longer does what the
table in README.md says.
"""
import os, subprocess, sys, tempfile

H = b'Host: a\r\n'
OK = b'HTTP/1.1 200 OK\r\n'
CHUNKED = OK + b'Transfer-Encoding: chunked\r\n\r\n'
# What is sent, who reads it, its bytes, and the rule that decides: of RFC 9112, unless another is named.
CASES = [
    ('two equal Content-Length fields', 'response', OK + b'Content-Length: 2\r\nContent-Length: 2\r\n\r\nok',
     '6.3, item 5: may be refused; equal values may be read as one'),
    ('a list of equal Content-Lengths', 'response', OK + b'Content-Length: 2, 2\r\n\r\nok',
     '6.3, item 5: may be refused; equal values may be read as one'),
    ('Content-Length with a sign', 'response', OK + b'Content-Length: +2\r\n\r\nok', 'RFC 9110, 8.6: 1*DIGIT'),
    ('Content-Length and chunks', 'response',
     OK + b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
     '6.3, item 3: ought to be handled as an error'),
    ('Content-Length and chunks', 'request',
     b'POST / HTTP/1.1\r\n' + H + b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
     '6.1: a server may refuse it'),
    ('a coding before the chunks', 'response', OK + b'Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
     '6.1: what is not understood is refused; nothing here decodes gzip'),
    ('the coding identity', 'response', OK + b'Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok',
     '7: identity is no coding any more'),
    ('chunks in HTTP/1.0', 'response', b'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
     '6.1: framing is faulty, also where it could be read'),
    ('spaces after a chunk size', 'response', CHUNKED + b'2  \r\nok\r\n0  \r\n\r\n',
     '7.1: chunk-size [ chunk-ext ] CRLF; read with --lenient, and counted'),
    ('a bare LF after a chunk size', 'response', CHUNKED + b'2\nok\r\n0\r\n\r\n',
     '2.2: a bare LF may end start lines and fields, and nothing else'),
    ('a bare LF after the data of a chunk', 'response', CHUNKED + b'2\r\nok\n0\r\n\r\n', '7.1: chunk-data CRLF'),
    ('a chunk extension', 'response', CHUNKED + b'2;a=b\r\nok\r\n0\r\n\r\n', '7.1.1: unknown ones are ignored'),
    ('a chunk size beyond 63 bits', 'response', CHUNKED + b'8000000000000000\r\n',
     '7.1: recipients must anticipate large numbers, and not overflow'),
    ('trailers', 'response', CHUNKED + b'2\r\nok\r\n0\r\nX: y\r\n\r\n', '7.1.2: may be dropped'),
    ('bare LFs at the ends of lines', 'response', b'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
     '2.2: a recipient may take a single LF'),
    ('bare LFs at the ends of lines', 'request', b'GET / HTTP/1.1\nHost: a\n\n', '2.2: a recipient may take a single LF'),
    ('a CR within a value', 'response', OK + b'X: a\rb\r\nContent-Length: 2\r\n\r\nok',
     '2.2: a bare CR is invalid, or replaced by a space'),
    ('a NUL within a value', 'response', OK + b'X: a\x00b\r\nContent-Length: 2\r\n\r\nok',
     'RFC 9110, 5.5: refused, or replaced by a space'),
    ('a folded field', 'response', OK + b'X: a\r\n b\r\nContent-Length: 2\r\n\r\nok',
     '5.2: a client is to replace the fold by spaces; here it is a fault, and counted'),
    ('a folded field', 'request', b'GET / HTTP/1.1\r\n' + H + b'X: a\r\n b\r\n\r\n', '5.2: a server may refuse it'),
    ('a space before the colon', 'response', OK + b'Content-Length : 2\r\n\r\nok', '5.1: proxies remove it from replies'),
    ('a space before the colon', 'request', b'GET / HTTP/1.1\r\nHost : a\r\n\r\n', '5.1: a server must refuse it'),
    ('a space before the first field', 'request', b'GET / HTTP/1.1\r\n X: y\r\n' + H + b'\r\n',
     '2.2: refused, or those lines are dropped'),
    ('no Host', 'request', b'GET / HTTP/1.1\r\n\r\n', '3.2: a server must answer 400'),
    ('two Hosts', 'request', b'GET / HTTP/1.1\r\n' + H + H + b'\r\n', '3.2: a server must answer 400'),
    ('a Host with a space', 'request', b'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', '3.2: a server must answer 400'),
    ('empty lines before a request', 'request', b'\r\n\r\nGET / HTTP/1.1\r\n' + H + b'\r\n',
     '2.2: a server should ignore at least one'),
    ('two spaces in a request line', 'request', b'GET  / HTTP/1.1\r\n' + H + b'\r\n', '3: single spaces'),
    ('a method of lower case', 'request', b'get / HTTP/1.1\r\n' + H + b'\r\n', 'RFC 9110, 9.1: any token'),
    ('a method that nobody knows', 'request', b'BREW / HTTP/1.1\r\n' + H + b'\r\n', 'RFC 9110, 9.1: any token'),
    ('HTTP/1.2', 'request', b'GET / HTTP/1.2\r\n' + H + b'\r\n', '2.3: a higher minor version is read as 1.1'),
    ('HTTP/1.2', 'response', b'HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok',
     '2.3: a higher minor version is read as 1.1'),
    ('HTTP/2.0', 'request', b'GET / HTTP/2.0\r\n' + H + b'\r\n', 'RFC 9110, 15.6.6: 505'),
    ('ICY', 'response', b'ICY 200 OK\r\nContent-Length: 2\r\n\r\nok', '2.3: HTTP-name "/" DIGIT "." DIGIT'),
    ('a status line without a reason', 'response', b'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok',
     '4: the space is due; nothing can be miscounted without it'),
    ('a status above 599', 'response', b'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n',
     'RFC 9110, 15: invalid; a client should take it for a 5xx, here it is a fault'),
    ('a status of two digits', 'response', b'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n', '4: 3DIGIT'),
    ('101 that nobody asked for', 'response', b'HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
     'RFC 9110, 7.8: only after a request with Upgrade'),
    ('early hints before a reply', 'response', b'HTTP/1.1 103 E\r\n\r\n' + OK + b'Content-Length: 2\r\n\r\nok',
     'RFC 9110, 15.2: any number of interim replies'),
    ('204 with a length', 'response', b'HTTP/1.1 204 N\r\nContent-Length: 2\r\n\r\n',
     '6.3, item 1: it has no body, whatever its fields say'),
    ('a byte above 127 in a value', 'response', OK + b'X: \xe9\r\nContent-Length: 2\r\n\r\nok', 'RFC 9110, 5.5: obs-text'),
    ('a line of 9,000 bytes', 'response', OK + b'X: ' + b'a' * 9000 + b'\r\nContent-Length: 2\r\n\r\nok',
     '2.3 of RFC 9110: limits are the recipient\'s; --max-head'),
    ('120 fields', 'response', OK + b'X: a\r\n' * 120 + b'Content-Length: 2\r\n\r\nok',
     '2.3 of RFC 9110: limits are the recipient\'s; --max-fields'),
]


def escaped(message):
    words = {10: '\\n', 13: '\\r', 9: '\\t', 92: '\\\\'}
    return ''.join(words.get(b) or (chr(b) if 32 <= b < 127 else '\\x%02x' % b) for b in message)


def own(mutate, role, message):
    with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:
        file.write(escaped(message) + '\n')
        file.flush()
        return subprocess.run([mutate, 'read', role, file.name], capture_output=True, text=True, check=True).stdout.strip()


def llhttp(role, message):
    import httptools

    class Seen:
        def __init__(self): self.words, self.body = [], 0
        def on_message_begin(self): self.body = 0
        def on_body(self, piece): self.body += len(piece)
        def on_message_complete(self):
            first = parser.get_method().decode() if role == 'request' else str(parser.get_status_code())
            self.words.append(f'{first}:{self.body}')
    seen = Seen()
    parser = (httptools.HttpRequestParser if role == 'request' else httptools.HttpResponseParser)(seen)
    try:
        parser.feed_data(message)
    except httptools.HttpParserUpgrade:
        return ' '.join(seen.words + ['upgrade'])
    except httptools.HttpParserError as error:
        return ' '.join(seen.words + ['fault'])
    return ' '.join(seen.words) or 'open'


def h11_(role, message):
    import h11
    connection = h11.Connection(h11.SERVER if role == 'request' else h11.CLIENT)
    if role == 'response':
        connection.send(h11.Request(method='GET', target='/', headers=[('Host', 'a')]))
        connection.send(h11.EndOfMessage())
    connection.receive_data(message)
    words, first, body = [], '?', 0
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return ' '.join(words) or 'open'
            if isinstance(event, h11.InformationalResponse): continue
            if isinstance(event, h11.Request): first = event.method.decode()
            if isinstance(event, h11.Response): first = str(event.status_code)
            if isinstance(event, h11.Data): body += len(event.data)
            if isinstance(event, h11.EndOfMessage):
                words.append(f'{first}:{body}')
                return ' '.join(words)
    except h11.RemoteProtocolError:
        return ' '.join(words + ['fault'])


def word(outcome):
    """`read`, `refused` or `waits`, and what was read where that is not all of it."""
    if 'fault' in outcome: return 'refused'
    if 'upgrade' in outcome: return 'upgrade'
    return 'waits' if outcome.split()[-1:] == ['open'] else 'read'


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    mutate = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, '../../.build-fuzz/mutate/mutate')
    rows = ['| bytes | as | here | llhttp | h11 | rule of RFC 9112 |', '|:--|:--|:--|:--|:--|:--|']
    for name, role, message, rule in CASES:
        mine = own(mutate, role, message)
        fault = next((w.split(':')[1] for w in mine.split() if w.startswith('fault:')), None)
        words = [word(mine), word(llhttp(role, message)), word(h11_(role, message))]
        if len(set(words)) == 1: continue
        words[0] += f' (`{fault}`)' if fault else ''
        rows.append(f"| {name} | {role} | {' | '.join(words)} | {rule} |")
    table = '\n'.join(rows)
    print(table)
    print(f'\n{len(CASES)} messages, {len(rows) - 2} of them read otherwise by one of the others', file=sys.stderr)
    if table not in open(os.path.join(here, 'README.md')).read():
        sys.exit('README.md has another table: put this one there, once each difference has its rule')


main()
