package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be mpimport: scripts run it by that name, other
// tests start it as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mpimport": main})
}

// TestScripts runs sessions of commands, each a file of testdata.
func TestScripts(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PROJECT", root+"/../..")
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/cache")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Condition: func(string) (bool, error) { return os.Geteuid() == 0, nil }, // [root]
	})
}
