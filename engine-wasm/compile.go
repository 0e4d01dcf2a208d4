package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/internal/compiler/wasm"
	"github.com/open-policy-agent/opa/internal/planner"
	"github.com/open-policy-agent/opa/internal/wasm/encoding"
	"github.com/open-policy-agent/opa/v1/ast"
)

type request struct {
	Op     string `json:"op"`
	Source string `json:"source"`
	// Rules are the entry rules looked for in the module's package.
	Rules []string `json:"rules"`
	// HostBuiltins are built-ins the evaluating host implements besides those of OPA's own WebAssembly library.
	HostBuiltins []string `json:"hostBuiltins"`
	// Refused are built-ins that may not be used even where they are implemented.
	Refused []string `json:"refused"`
	// InputSchema is the JSON schema of input; a reference it does not know is a type error.
	InputSchema any `json:"inputSchema"`
	// Emit asks for the compiled policy, not only the findings.
	Emit bool `json:"emit"`
}

type finding struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Name     string `json:"name,omitempty"`
}

type reply struct {
	Findings    []finding `json:"findings"`
	RegoVersion string    `json:"regoVersion"`
	Package     string    `json:"package"`
	// Rules are the entry rules present; Inputs the first-level members of input that are read ("*" for input as a whole).
	Rules    []string `json:"rules"`
	Inputs   []string `json:"inputs"`
	Builtins []string `json:"builtins"`
	// Names are the string constants each entry rule can reach: the tools it names are among them.
	Names map[string][]string `json:"names"`
	// Wasm is the compiled policy, base64 in JSON. Its only entry point yields {rule: [value]}.
	Wasm []byte `json:"wasm,omitempty"`
}

const fileName = "policy.rego"

func compile(wanted request) *reply {
	out := &reply{Rules: []string{}, Inputs: []string{}, Builtins: []string{}, Names: map[string][]string{}, Findings: []finding{}}
	parsed := parse(wanted.Source, out)
	if parsed == nil {
		return out
	}
	out.Package = parsed.Package.Path.String()
	refuseBuiltins(parsed, wanted, out)

	compiler := ast.NewCompiler().
		WithCapabilities(ast.CapabilitiesForThisVersion()).
		WithKeepModules(true).
		WithEnablePrintStatements(false)
	if wanted.InputSchema != nil {
		schemas := ast.NewSchemaSet()
		schemas.Put(ast.SchemaRootRef, wanted.InputSchema)
		compiler = compiler.WithSchemas(schemas)
	}
	compiler.Compile(map[string]*ast.Module{fileName: parsed})
	if compiler.Failed() {
		out.add(compiler.Errors)
		return out
	}
	module := compiler.Modules[fileName]
	inspect(module, compiler.ParsedModules()[fileName], compiler, wanted, out)
	if hasErrors(out) || !wanted.Emit || len(out.Rules) == 0 {
		return out
	}
	binary, err := emit(compiler, module, out)
	if err != nil {
		out.fail("rego_compile_error", err.Error(), module.Package.Location)
		return out
	}
	out.Wasm = binary
	return out
}

// parse reads the source as Rego v1 and, when only v0 accepts it, as v0 with a warning.
func parse(source string, out *reply) *ast.Module {
	module, err := ast.ParseModuleWithOpts(fileName, source, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err == nil && module != nil {
		out.RegoVersion = "v1"
		return module
	}
	older, olderErr := ast.ParseModuleWithOpts(fileName, source, ast.ParserOptions{RegoVersion: ast.RegoV0})
	if olderErr == nil && older != nil {
		out.RegoVersion = "v0"
		out.warn("rego_v0_syntax", "this is Rego v0 syntax: v1 wants `if` before a rule body and `contains` for set rules", older.Package.Location)
		return older
	}
	var several ast.Errors
	if errors.As(err, &several) {
		out.add(several)
	} else {
		text := "the file holds no Rego module"
		if err != nil && strings.TrimSpace(source) != "" {
			text = strings.TrimPrefix(err.Error(), fileName+":0: rego_parse_error: ")
		}
		out.Findings = append(out.Findings, finding{Severity: "error", Code: "rego_parse_error", Message: text, Line: 1, Column: 1})
	}
	return nil
}

// emit compiles one query that collects every entry rule, so that a decision costs one evaluation.
func emit(compiler *ast.Compiler, module *ast.Module, out *reply) ([]byte, error) {
	members := make([][2]*ast.Term, 0, len(out.Rules))
	for _, name := range out.Rules {
		value := ast.VarTerm("value")
		ref := ast.NewTerm(module.Package.Path.Append(ast.StringTerm(name)))
		body := ast.NewBody(ast.Equality.Expr(value, ref))
		members = append(members, [2]*ast.Term{ast.StringTerm(name), ast.ArrayComprehensionTerm(value, body)})
	}
	query := compiler.QueryCompiler()
	compiled, err := query.Compile(ast.NewBody(ast.Equality.Expr(ast.VarTerm("result"), ast.ObjectTerm(members...))))
	if err != nil {
		return nil, err
	}
	plan, err := planner.New().
		WithQueries([]planner.QuerySet{{Name: "thoth", Queries: []ast.Body{compiled}, RewrittenVars: query.RewrittenVars()}}).
		WithModules([]*ast.Module{module}).
		WithBuiltinDecls(ast.BuiltinMap).
		Plan()
	if err != nil {
		return nil, err
	}
	binary, err := wasm.New().WithPolicy(plan).Compile()
	if err != nil {
		return nil, err
	}
	var encoded bytes.Buffer
	if err := encoding.WriteModule(&encoded, binary); err != nil {
		return nil, err
	}
	return encoded.Bytes(), nil
}

func (out *reply) add(several ast.Errors) {
	for _, each := range several {
		message := each.Message
		if each.Details != nil && each.Code != ast.ParseErr {
			message += expectation(each.Details.Lines())
		}
		out.fail(each.Code, message, each.Location)
	}
}

// expectation keeps what was wanted; the rest of OPA's detail lines repeats the source with a marker under it.
func expectation(lines []string) string {
	for _, line := range lines {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "want") || strings.HasPrefix(line, "have: (") {
			return "; " + line
		}
	}
	return ""
}

func (out *reply) fail(code, message string, at *ast.Location) {
	out.note("error", code, message, "", at)
}
func (out *reply) warn(code, message string, at *ast.Location) {
	out.note("warning", code, message, "", at)
}

func (out *reply) note(severity, code, message, name string, at *ast.Location) {
	line, column := 1, 1
	if at != nil {
		line, column = max(1, at.Row), max(1, at.Col)
	}
	same := func(other finding) bool {
		return other.Code == code && other.Line == line && other.Column == column && other.Message == message
	}
	if !slices.ContainsFunc(out.Findings, same) {
		out.Findings = append(out.Findings, finding{severity, code, message, line, column, name})
	}
}

func hasErrors(out *reply) bool {
	return slices.ContainsFunc(out.Findings, func(each finding) bool { return each.Severity == "error" })
}
