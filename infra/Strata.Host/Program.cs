Console.WriteLine("strata"); return 0;
