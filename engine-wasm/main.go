// Package main is the Rego front end of thothctl: the parser, checker, planner and WebAssembly back end of
// Open Policy Agent, built as a WASI reactor. The host writes one JSON request into memory and reads one
// JSON reply; nothing here touches a file, a clock or a socket.
package main

import (
	"encoding/json"
	"fmt"
	"unsafe"

	"github.com/open-policy-agent/opa/v1/version"
)

func main() {}

// buffers keeps memory handed to the host reachable until the host gives it back.
var buffers = map[uint32][]byte{}

//go:wasmexport thoth_alloc
func alloc(size uint32) uint32 {
	if size == 0 {
		size = 1
	}
	buffer := make([]byte, size)
	address := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
	buffers[address] = buffer
	return address
}

//go:wasmexport thoth_free
func free(address uint32) {
	delete(buffers, address)
}

// handle answers the request at address; the reply is address<<32 | length, to be freed by the host.
//
//go:wasmexport thoth_handle
func handle(address, size uint32) uint64 {
	reply, err := json.Marshal(answer(buffers[address][:size]))
	if err != nil {
		reply = []byte(`{"fault":"the reply could not be encoded"}`)
	}
	target := alloc(uint32(len(reply)))
	copy(buffers[target], reply)
	return uint64(target)<<32 | uint64(len(reply))
}

func answer(raw []byte) (result any) {
	defer func() {
		if cause := recover(); cause != nil {
			result = map[string]string{"fault": fmt.Sprint(cause)}
		}
	}()
	var wanted request
	if err := json.Unmarshal(raw, &wanted); err != nil {
		return map[string]string{"fault": "malformed request"}
	}
	if wanted.Op == "version" {
		return map[string]string{"opa": version.Version}
	}
	return compile(wanted)
}
