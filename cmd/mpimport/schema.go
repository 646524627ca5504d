package main

import (
	"github.com/spf13/cobra"

	"mpimport/mapping"
)

func schemaCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the mapping file, for editors",
		Long: `Print the JSON Schema of the mapping file. Editors with a YAML language server
complete and check a mapping whose first line names the schema:

  # yaml-language-server: $schema=mapping.schema.json`,
		Example: `  mpimport schema > mapping.schema.json`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := mapping.Schema()
			if err != nil {
				return err
			}
			_, err = s.out.Write(text)
			return err
		},
	}
}
