package lsp

import (
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/files"
)

// document is a file that is open in the editor. It is replaced, never changed.
type document struct {
	uri, language string
	version       int32
	text          *content
	// root is the key of its root, name its path in it; both are empty for what is no file.
	root, name string
}

// filePath is the path of a file of a URI; ok is false for what is no file.
func filePath(uri string) (name string, ok bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || !strings.HasPrefix(u.Path, "/") || strings.ContainsRune(u.Path, 0) {
		return "", false
	}
	if u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	name = u.Path
	if len(name) > 2 && name[2] == ':' && filepath.VolumeName(filepath.FromSlash(name[1:])) != "" {
		name = name[1:] // "/C:/x" on Windows
	}
	name = filepath.Clean(filepath.FromSlash(name))
	return name, filepath.IsAbs(name)
}

// fileURI is the URI of a file.
func fileURI(name string) string {
	name = filepath.ToSlash(name)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}

func (s *server) initialize(_ context.Context, p *initializeParams) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase, s.client = running, p.Capabilities
	if slices.Contains(p.Capabilities.General.PositionEncodings, "utf-8") {
		s.encoding = utf8s
	}
	for _, f := range p.WorkspaceFolders {
		s.addFolder(f.URI)
	}
	if p.WorkspaceFolders == nil && p.RootURI != nil {
		s.addFolder(*p.RootURI)
	} else if p.WorkspaceFolders == nil && p.RootPath != nil && filepath.IsAbs(*p.RootPath) {
		s.folders = append(s.folders, filepath.Clean(*p.RootPath))
	}
	return object{
		"serverInfo": object{"name": "dockmend", "version": s.options.Env.Version},
		"capabilities": object{
			"positionEncoding": s.encoding.String(),
			"textDocumentSync": object{"openClose": true, "change": 2, "save": object{"includeText": false}},
			"workspace":        object{"workspaceFolders": object{"supported": true, "changeNotifications": true}},
			"diagnosticProvider": object{
				"identifier": "dockmend", "interFileDependencies": true, "workspaceDiagnostics": true,
			},
			"hoverProvider": true, "definitionProvider": true, "referencesProvider": true, "documentSymbolProvider": true,
			"completionProvider":     object{"triggerCharacters": []string{"=", "-", "$", "{", ":", " "}},
			"codeActionProvider":     object{"codeActionKinds": []string{kindQuickFix, kindFixAll, kindSource}},
			"executeCommandProvider": object{"commands": []string{commandPin, commandPage, commandFixAll}},
		},
	}, nil
}

func (s *server) addFolder(uri string) {
	if name, ok := filePath(uri); ok && !slices.Contains(s.folders, name) {
		s.folders = append(s.folders, name)
	}
}

// initialized asks the client to say which files change on the disk.
func (s *server) initialized() {
	s.mu.Lock()
	watches := s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration
	s.mu.Unlock()
	if !watches {
		return
	}
	const createOrDelete = 1 | 4
	watchers := []object{{"globPattern": "**/*", "kind": createOrDelete}}
	for _, glob := range []string{
		"**/*{ockerfile,OCKERFILE,ontainerfile}*", "**/*.{yml,yaml,json,toml,hcl,env,sh,cfg,ini,txt,md}", "**/{.*ignore,.env*,Makefile,go.mod,package.json}",
	} {
		watchers = append(watchers, object{"globPattern": glob})
	}
	registration := object{"registrations": []object{{
		"id": "dockmend-files", "method": "workspace/didChangeWatchedFiles", "registerOptions": object{"watchers": watchers},
	}}}
	go func() { _ = s.conn.Call(s.ctx, "client/registerCapability", registration, nil) }() // without it, saving is what counts
}

// changed notes that documents or files have changed, and lints once they rest. mu is held.
func (s *server) changed() {
	s.changes++
	if s.timer == nil {
		s.timer = time.AfterFunc(s.options.Wait, s.rested)
		return
	}
	s.timer.Reset(s.options.Wait)
}

func (s *server) didOpen(p *didOpenParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := p.TextDocument
	d := &document{uri: item.URI, language: item.LanguageID, version: item.Version, text: newContent([]byte(item.Text))}
	d.root, d.name = s.place(d.uri)
	s.docs[d.uri] = d
	s.changed()
}

func (s *server) didChange(p *didChangeParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.docs[p.TextDocument.URI]
	if was == nil {
		return
	}
	d := *was
	d.version = p.TextDocument.Version
	for _, c := range p.Changes {
		d.text = d.text.change(c, s.encoding)
	}
	s.docs[d.uri] = &d
	s.changed()
}

func (s *server) didSave(*documentParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renew = true // what else is on the disk may have changed too
	s.changed()
}

func (s *server) didClose(p *documentParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.docs, p.TextDocument.URI)
	s.changed()
}

func (s *server) didChangeFolders(p *foldersParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range p.Event.Removed {
		if name, ok := filePath(f.URI); ok {
			s.folders = slices.DeleteFunc(s.folders, func(other string) bool { return other == name })
		}
	}
	for _, f := range p.Event.Added {
		s.addFolder(f.URI)
	}
	for uri, was := range s.docs {
		d := *was
		d.root, d.name = s.place(uri)
		s.docs[uri] = &d
	}
	s.renew = true
	s.changed()
}

func (s *server) didChangeWatched(p *watchedParams) {
	matters := slices.ContainsFunc(p.Changes, func(c struct {
		URI string `json:"uri"`
	}) bool {
		name, ok := filePath(c.URI)
		return ok && !slices.ContainsFunc(strings.Split(filepath.ToSlash(name), "/"), func(part string) bool {
			return part == ".git" || part == "node_modules"
		})
	})
	if !matters {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renew = true
	s.changed()
}

// alone marks the key of a root of which one file is looked at.
const alone = "\x00"

// place is the root of a file by its key, and where the file lies in it. The root is that of
// lint: the work tree of git, else the workspace folder. Of a file in neither nothing else is
// looked for. mu is held.
func (s *server) place(uri string) (key, name string) {
	at, ok := filePath(uri)
	if !ok {
		return "", ""
	}
	folder := ""
	for _, f := range s.folders {
		if files.Holds(f, at) && len(f) > len(folder) {
			folder = f
		}
	}
	if folder != "" {
		key, name, _ = files.Confine(folder, at)
		return key, name
	}
	dir := filepath.Dir(at)
	key, name, _ = files.Confine(dir, at)
	if _, inTree := files.WorkTree(key); !inTree {
		key += alone + name
	}
	return key, name
}

// document is the document of a URI as it is now; nil if it is not open.
func (s *server) document(uri string) *document {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.docs[uri]
}
