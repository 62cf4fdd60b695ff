# Installs synfin.dll where this user's Wiresharks read plugins, and checks that it loads. No administrator is needed.
#
#   .\install.ps1                 the plugin, and the profiles synfin and synfin-zh
#   .\install.ps1 -Check          is it installed, and does it load? Replays the sample, too
#   .\install.ps1 -Uninstall      remove all of it again
#   .\install.ps1 -TShark PATH    the tshark.exe of a Wireshark in an unusual place
#
# Works in Windows PowerShell 5.1 and later.
#
# Copyright (C) 2026 the synfin authors
# SPDX-License-Identifier: GPL-2.0-or-later
param(
    [switch]$Check,
    [switch]$Uninstall,
    [string[]]$TShark
)

$ErrorActionPreference = 'Stop'
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$series = @(SERIES)
$profiles = @('synfin', 'synfin-zh')

# tshark writes UTF-8; a path may hold any character.
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

function Find-TShark {
    if ($TShark) { return $TShark }
    $folders = @()
    foreach ($key in 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\Wireshark.exe',
        'HKCU:\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\Wireshark.exe') {
        $entry = Get-ItemProperty -Path $key -ErrorAction SilentlyContinue
        if ($entry -and $entry.'(default)') { $folders += Split-Path -Parent $entry.'(default)'.Trim('"') }
    }
    foreach ($root in $env:ProgramFiles, ${env:ProgramFiles(x86)}, $env:LOCALAPPDATA) {
        if ($root) { $folders += Join-Path $root 'Wireshark' }
    }
    $command = Get-Command tshark.exe -ErrorAction SilentlyContinue
    if ($command) { $folders += Split-Path -Parent $command.Path }
    $folders | ForEach-Object { Join-Path $_ 'tshark.exe' } | Where-Object { Test-Path -LiteralPath $_ } |
        ForEach-Object { (Resolve-Path -LiteralPath $_).Path } | Select-Object -Unique
}

# What tshark prints, without what it says besides: in Windows PowerShell that would be an error.
function Invoke-TShark([string]$Program, [string[]]$Arguments) {
    $before = $ErrorActionPreference
    $ErrorActionPreference = 'Continue'
    try { & $Program @Arguments 2>$null } finally { $ErrorActionPreference = $before }
}

function Get-Folder([string]$Program, [string]$Name) {
    $line = Invoke-TShark $Program @('-G', 'folders') | Where-Object { $_ -like "${Name}:*" } | Select-Object -First 1
    if ($line) { return $line.Substring($Name.Length + 1).Trim() }
}

function Get-Version([string]$Program) {
    $line = Invoke-TShark $Program @('--version') | Select-Object -First 1
    if ($line -match '(\d+)\.(\d+)\.(\d+)') { return $Matches[0] }
}

function Test-Loaded([string]$Program) {
    [bool](Invoke-TShark $Program @('-G', 'plugins') | Where-Object { $_ -match '^synfin\.dll\s' })
}

function Test-Sample([string]$Program) {
    $sample = Join-Path $here 'sample.pcap'
    $found = @(Invoke-TShark $Program @('-r', $sample, '-Y', 'synfin.handshake.step || synfin.teardown.step', '-T', 'fields', '-e', 'synfin.step'))
    $expected = @(Get-Content -LiteralPath (Join-Path $here 'sample.txt'))
    ($found -join '|') -eq ($expected -join '|')
}

function Get-Bits([string]$File) {
    $bytes = [System.IO.File]::ReadAllBytes($File)
    $machine = [BitConverter]::ToUInt16($bytes, [BitConverter]::ToInt32($bytes, 0x3c) + 4)
    switch ($machine) {
        0x8664 { 'x64' }
        0xaa64 { 'arm64' }
        default { 'x86' }
    }
}

function Install-For([string]$Program) {
    $version = Get-Version $Program
    $short = ($version -split '\.')[0, 1] -join '.'
    if ($series -notcontains $short) {
        Write-Output "Wireshark $version ($Program): synfin works in $($series -join ', ') only, nothing installed"
        return $false
    }
    $kind = Get-Bits $Program
    if ($kind -ne 'x64') {
        Write-Output "Wireshark $version ($Program) is for $kind; synfin.dll is for x64: nothing installed"
        return $false
    }
    $folder = Get-Folder $Program 'Personal Plugins'
    if (-not $folder) {
        Write-Output "$Program names no plugin folder; this Wireshark was built without plugins"
        return $false
    }
    $epan = Join-Path $folder 'epan'
    $target = Join-Path $epan 'synfin.dll'
    New-Item -ItemType Directory -Force -Path $epan | Out-Null
    try {
        Copy-Item -LiteralPath (Join-Path $here 'synfin.dll') -Destination $target -Force
    } catch {
        Write-Output "$target cannot be written: close Wireshark, then run this again"
        return $false
    }
    # What came from the Internet is marked; a program may refuse to load it.
    Unblock-File -LiteralPath $target
    $configuration = Get-Folder $Program 'Personal configuration'
    foreach ($name in $profiles) {
        $from = Join-Path $here "profiles\$name"
        $to = Join-Path $configuration "profiles\$name"
        New-Item -ItemType Directory -Force -Path $to | Out-Null
        # Your own widths of columns stay.
        Get-ChildItem -LiteralPath $from | Where-Object { $_.Name -ne 'recent' -or -not (Test-Path -LiteralPath (Join-Path $to 'recent')) } |
            Copy-Item -Destination $to -Force
    }
    if (-not (Test-Loaded $Program)) {
        Remove-Item -LiteralPath $target -Force
        Write-Output "Wireshark $version did not load $target; it was removed again. What tshark says:"
        & cmd /c "`"$Program`" -G plugins 2>&1 >nul" | Select-Object -First 5 | Write-Output
        return $false
    }
    Write-Output "Wireshark ${version}: synfin is installed and loaded ($target)"
    $global = Join-Path (Get-Folder $Program 'Global Plugins') 'epan\synfin.dll'
    if (Test-Path -LiteralPath $global) { Write-Output "warning: another copy is in $global; remove one of them" }
    return $true
}

function Uninstall-For([string]$Program) {
    $target = Join-Path (Get-Folder $Program 'Personal Plugins') 'epan\synfin.dll'
    if (Test-Path -LiteralPath $target) {
        try {
            Remove-Item -LiteralPath $target -Force
            Write-Output "removed $target"
        } catch {
            Write-Output "$target cannot be removed: close Wireshark, then run this again"
            return $false
        }
    }
    $configuration = Get-Folder $Program 'Personal configuration'
    foreach ($name in $profiles) {
        $folder = Join-Path $configuration "profiles\$name"
        if (Test-Path -LiteralPath $folder) {
            Remove-Item -LiteralPath $folder -Recurse -Force
            Write-Output "removed $folder"
        }
    }
    return $true
}

function Check-For([string]$Program) {
    $version = Get-Version $Program
    if ((Test-Loaded $Program) -and (Test-Sample $Program)) {
        Write-Output "Wireshark ${version}: all is well"
        return $true
    }
    Write-Output "Wireshark ${version}: not well. Please send us, in an issue, all that follows:"
    Write-Output "  Windows $([Environment]::OSVersion.Version), PowerShell $($PSVersionTable.PSVersion), $Program ($(Get-Bits $Program))"
    & cmd /c "`"$Program`" -G plugins 2>&1" | Select-String 'synfin|plugin' | ForEach-Object { "  $_" } | Select-Object -First 10 | Write-Output
    Invoke-TShark $Program @('-G', 'folders') | Select-String 'Plugins' | ForEach-Object { "  $_" } | Write-Output
    Invoke-TShark $Program @('-q', '-r', (Join-Path $here 'sample.pcap'), '-z', 'synfin,jsonl') | ForEach-Object { "  $_" } | Write-Output
    return $false
}

$programs = @(Find-TShark)
if ($programs.Count -eq 0) {
    Write-Output 'no Wireshark found; install it, or name its tshark.exe: .\install.ps1 -TShark "D:\Wireshark\tshark.exe"'
    exit 1
}
$failed = $false
foreach ($program in $programs) {
    # A function returns all that it writes: its last value is the verdict.
    $said = @(if ($Uninstall) { Uninstall-For $program } elseif ($Check) { Check-For $program } else { Install-For $program })
    $said | Select-Object -SkipLast 1 | Write-Output
    if (-not $said[-1]) { $failed = $true }
}
if ($failed) { exit 1 }
